//! The same load on pods with a `PostgreSQL`, in sizes that a team would choose.
//!
//! Assumed: a managed control plane, nodes in two zones, a database with a standby, one load balancer and one NAT gateway.

use super::bill::Line;
use super::usage::{HOURS, Usage};
use super::{Price, Prices};

/// Gigabytes of disk of a node.
const NODE_GB: f64 = 20.0;
/// Requests a second up to which the small sizes do.
const SMALL: f64 = 5.0;
/// Requests a second up to which the middle sizes do. A search without an index keeps a processor busy for 50 ms.
const MEDIUM: f64 = 100.0;
/// New connections a second of one load balancer unit; each request is taken for one.
const LCU_CONNECTIONS: f64 = 25.0;

/// What runs.
struct Sizes<'a> {
    nodes: f64,
    node: (&'static str, &'a Price),
    database: (&'static str, &'a Price),
    database_gb: f64,
}

fn sizes(requests_a_second: f64, prices: &Prices) -> Sizes<'_> {
    if requests_a_second <= SMALL {
        Sizes {
            nodes: 2.0,
            node: ("t4g.medium", &prices.node_small),
            database: ("db.t4g.medium", &prices.database_small),
            database_gb: 20.0,
        }
    } else if requests_a_second <= MEDIUM {
        Sizes {
            nodes: 3.0,
            node: ("m7g.large", &prices.node_medium),
            database: ("db.m7g.large", &prices.database_medium),
            database_gb: 50.0,
        }
    } else {
        Sizes {
            nodes: 3.0,
            node: ("m7g.xlarge", &prices.node_large),
            database: ("db.m7g.xlarge", &prices.database_large),
            database_gb: 100.0,
        }
    }
}

/// What only pods need. All of it is paid by the hour.
pub(super) fn lines(usage: &Usage, prices: &Prices, is_free_tier: bool) -> Vec<Line> {
    let a_second = usage.origin_requests / (HOURS * 3_600.0);
    let Sizes { nodes, node, database, database_gb } = sizes(a_second, prices);
    let units = (a_second / LCU_CONNECTIONS).max(usage.origin_gb / HOURS) * HOURS;
    let line =
        |service, component: String, quantity, price| Line::new(service, component, quantity, price, is_free_tier);
    vec![
        line("Kubernetes", "control plane".to_owned(), HOURS, &prices.control_plane),
        line("Kubernetes", format!("{nodes} nodes, {}", node.0), nodes * HOURS, node.1),
        line("Kubernetes", "disks of the nodes".to_owned(), nodes * NODE_GB, &prices.node_storage),
        line("PostgreSQL", format!("{}, with a standby", database.0), HOURS, database.1),
        line("PostgreSQL", "disks".to_owned(), database_gb, &prices.database_storage),
        line("network", "load balancer".to_owned(), HOURS, &prices.load_balancer),
        line("network", "load balancer, by use".to_owned(), units, &prices.load_balancer_units),
        line("network", "NAT gateway".to_owned(), HOURS, &prices.nat_gateway),
    ]
}
