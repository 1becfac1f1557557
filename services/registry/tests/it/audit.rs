use chassis::Tally;
use contracts::facts::Fact;

use crate::{hanyang, operator, rename};

#[tokio::test]
async fn what_changes_an_organisation_changes_its_tally() {
    let host = hanyang().await;
    let tally = async || {
        let told = (registry::MODULE.audit)(host.deps("registry").db.clone()).await;
        let [tally]: [Tally; 1] = told.unwrap().try_into().unwrap();
        assert_eq!(tally.fact(), Fact::Organisations);
        tally
    };
    let before = tally().await;
    // 汉阳区 with its 11 streets and 118 communities, and a compound
    assert_eq!(before.count(), 131);
    let operator = operator(&host);
    let name = |name| rename(&operator, "420105011010.X01", name, None);
    name("江欣苑二期").await.expect(200);
    let renamed = tally().await;
    assert_eq!(renamed.count(), before.count());
    assert_ne!(renamed.digest(), before.digest());
    name("江欣苑小区").await.expect(200);
    assert_eq!(tally().await, before);
    host.stop().await;
}
