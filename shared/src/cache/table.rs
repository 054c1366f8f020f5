//! The policies of all routes, for people: `docs/caching.md` has this table, and tests hold routes and document to it.

use super::{CachePolicy, Cdn, Lifetime, ServerTag, Tag};

/// Routes whose answers are kept alike.
#[derive(Clone, Debug)]
pub struct Row {
    /// Those of servers below `/v0` and `/v0.1`, others as they stand.
    pub routes: &'static [&'static str],
    /// Their status.
    pub status: u16,
    /// How long they are kept, and what they are made of.
    pub policy: CachePolicy,
    /// What takes them out of the CDN before their time.
    pub purged_by: &'static str,
}

/// Every answer that is kept; of those of one server, `server` is the server. All others are `no-store`.
#[must_use]
pub fn table(server: ServerTag) -> [Row; 5] {
    [
        Row {
            routes: &[
                "/servers",
                "/v0.1/x/dev.berth/changes",
                "/v0.1/x/dev.berth/search",
                "/v0.1/x/dev.berth/snapshot",
            ],
            status: 200,
            policy: CachePolicy::Catalogue,
            purged_by: "nothing of its own",
        },
        Row {
            routes: &["/servers/{serverName}/versions", "/servers/{serverName}/versions/latest"],
            status: 200,
            policy: CachePolicy::Server(server),
            purged_by: "a change of any version; a new version, with room",
        },
        Row {
            routes: &["/servers/{serverName}/versions/{version}"],
            status: 200,
            policy: CachePolicy::Version(server),
            purged_by: "a change of any version; a new version, with room",
        },
        Row {
            routes: &["/servers/{serverName}/versions", "/servers/{serverName}/versions/{version}"],
            status: 404,
            policy: CachePolicy::Missing(server),
            purged_by: "a change of any version; a new version, with room",
        },
        Row {
            routes: &["/openapi.json", "/openapi.yaml", "/.well-known/jwks.json"],
            status: 200,
            policy: CachePolicy::Document,
            purged_by: "nothing",
        },
    ]
}

/// The table as Markdown.
#[must_use]
pub fn markdown() -> String {
    let server = ServerTag::of("");
    let mut text = String::from(
        "| `GET` | status | client | CDN | while it asks anew | while the registry is down | tags | purged by |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for Row { routes, status, policy, purged_by } in table(server) {
        let routes: Vec<String> = routes.iter().map(|route| format!("`{route}`")).collect();
        let tags: Vec<String> = policy.tags().into_iter().map(shown).collect();
        let (told, alone) = (lifetime(policy, Cdn::IsTold), lifetime(policy, Cdn::Waits));
        let shared = if told.shared == alone.shared {
            seconds(told.shared)
        } else {
            format!("{}; {} where nothing is purged", seconds(told.shared), seconds(alone.shared))
        };
        let Lifetime { client, while_revalidating, on_error, .. } = told;
        let [client, stale, down] = [client, while_revalidating, on_error].map(seconds);
        let (routes, tags) = (routes.join(", "), if tags.is_empty() { "none".to_owned() } else { tags.join(", ") });
        text.push_str(&format!(
            "| {routes} | {status} | {client} | {shared} | {stale} | {down} | {tags} | {purged_by} |\n"
        ));
    }
    text.push_str("| anything else, and any other error | | no-store | no-store | | | none | |\n");
    text
}

fn lifetime(policy: CachePolicy, cdn: Cdn) -> Lifetime {
    policy.lifetime(cdn).unwrap_or(Lifetime { client: 0, shared: 0, while_revalidating: 0, on_error: 0 })
}

fn shown(tag: Tag) -> String {
    match tag {
        Tag::Server(_) => "`s-<hash of the name>`".to_owned(),
        other => format!("`{other}`"),
    }
}

fn seconds(number: u32) -> String {
    match number {
        0 => "0".to_owned(),
        _ if number.is_multiple_of(86_400) => format!("{} d", number / 86_400),
        _ if number.is_multiple_of(3_600) => format!("{} h", number / 3_600),
        _ if number.is_multiple_of(60) => format!("{} min", number / 60),
        _ => format!("{number} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_this_table() {
        let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/caching.md")).unwrap();
        assert!(document.contains(&markdown()), "docs/caching.md must have this table:\n{}", markdown());
    }

    #[test]
    fn no_route_has_two_policies_for_one_status() {
        let mut seen = std::collections::BTreeSet::new();
        for row in table(ServerTag::of("io.x/yy")) {
            assert!(row.routes.iter().all(|route| seen.insert((*route, row.status))), "{row:?}");
            assert!(row.policy.lifetime(Cdn::IsTold).is_some(), "{row:?}");
        }
    }
}
