//! The bus over a broker, on the one that `LINLI_TEST_AMQP` names.

mod broker;
mod cut;
mod dead;
mod offline;
mod proxy;
mod replicas;
mod routing;

pub(crate) use broker::Broker;

mod conformance {
    bus::conformance_tests!(crate::amqp::Broker::new());
}
