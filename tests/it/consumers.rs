//! Which service listens to what is known to all of them: an event is kept for one that has not started yet.

use contracts::Event;
use contracts::consumers::CONSUMERS;
use contracts::identity::{AccountDisconnected, AccountRevoked};
use testkit::TestHost;

use crate::world::MODULES;

#[tokio::test]
async fn contracts_name_what_each_service_listens_to() {
    let host = TestHost::start(&MODULES).await;
    for module in MODULES {
        let service = (module.build)(host.deps(module.name).clone()).unwrap();
        let known = CONSUMERS.iter().find(|(name, _)| *name == module.name);
        let mut known = known.map_or_else(Vec::new, |(_, types)| types.to_vec());
        known.sort_unstable();
        let mut wanted = service.wanted();
        wanted.extend([AccountDisconnected::TYPE, AccountRevoked::TYPE]);
        wanted.sort_unstable();
        wanted.dedup();
        assert_eq!(wanted, known, "{}", module.name);
    }
    host.stop().await;
}
