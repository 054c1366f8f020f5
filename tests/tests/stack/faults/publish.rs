//! `publish` killed at each of its calls.

use std::collections::BTreeSet;

use serde_json::Value;

use super::proxy::{Fault, Proxy};
use super::stack::{Stack, strike};

/// What a publish of a new server writes, all in one transaction: kinds of keys.
const WHOLE: [&str; 7] = ["AUDIT", "AUDIT-OF", "CHANGES", "LOOKALIKE", "REMOTE", "SERVER HEAD", "SERVER V"];

/// SIGKILL before each call is sent, and when it is done but not answered yet: the version is there whole or not at all, and
/// the same publish again gives 200 and one version.
pub(super) async fn a_publish_is_killed_at_each_call(stack: &mut Stack) {
    let (mut there, mut not_there) = (0, 0);
    for (name, fault) in [("before", Fault::Before), ("after", Fault::After)] {
        for number in 0.. {
            let server = format!("killed-{name}-call-{number}");
            let earlier = keys(&stack.look().await);
            let proxy = Proxy::before(&stack.emulator.endpoint, move |at, _| {
                std::future::ready(if at == number { fault } else { Fault::None })
            })
            .await;
            let function = stack.start("Publish", Some(&proxy)).await;
            let answer = strike(&function, &proxy, &stack.publish_event(&server)).await;
            if let Some(answer) = answer {
                assert_eq!(answer.unwrap()["statusCode"], 200, "{proxy:?}");
                stack.acknowledge(&server);
                let sent = proxy.calls().iter().any(|(call, _)| call == "TransactWriteItems");
                assert!(sent && number > 2, "it was killed at each: {proxy:?}");
                break;
            }
            let data = stack.look().await;
            let written = kinds(&earlier, &data);
            if written.is_empty() {
                not_there += 1;
            } else {
                assert_eq!(written, WHOLE.map(str::to_owned).into(), "{proxy:?}");
                there += 1;
            }
            assert_eq!(data["gaps"], serde_json::json!([]), "{proxy:?}");
            let first = stack.publish_again(&server).await;
            let data = stack.look().await;
            assert_eq!(kinds(&earlier, &data), WHOLE.map(str::to_owned).into(), "{proxy:?}");
            assert_eq!(data["gaps"], serde_json::json!([]), "{proxy:?}");
            assert_eq!(stack.publish_again(&server).await, first, "the stored version");
            assert_eq!(stack.look().await["serial"], data["serial"], "{proxy:?}");
        }
    }
    println!("a publish was killed at {} calls; {there} times the version was there", there + not_there);
    assert!(there > 0 && not_there > 0);
    stack.is_whole("after publishes were killed").await;
    stack.settle().await;
    stack.is_whole("after publishes were killed, and a sync").await;
}

fn keys(data: &Value) -> BTreeSet<String> {
    data["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()).collect()
}

/// The kinds of items that came, but for counts against limits, and the counter.
fn kinds(earlier: &BTreeSet<String>, data: &Value) -> BTreeSet<String> {
    let kind = |key: &String| {
        let (pk, sk) = key.split_once(' ').unwrap();
        let kind = pk.split('#').next().unwrap();
        if kind == "SERVER" { format!("{kind} {}", sk.split('#').next().unwrap()) } else { kind.to_owned() }
    };
    keys(data).difference(earlier).map(kind).filter(|kind| kind != "COUNT").collect()
}
