//! What goes wrong: functions that die in the middle, events that come twice or make no sense, a bucket that takes nothing.
//!
//! Every fault meets one deployed stack. Before and after each, whatever was acknowledged since the deployment must be listed,
//! once, by the functions that run and by one that starts then.
//!
//! The emulator itself inflicts what it can: the bucket refuses writes by its policy, the stream brings what lies in the table
//! and gives up what is too old, Lambda is asked twice at once. It cannot kill a function in a chosen call, have one call wait
//! for another, or answer 503. For these the binary of the function runs at a small Runtime API, with the variables and the
//! credentials that it has in the stack, and a [`proxy`] before the emulator, whose table and bucket it works on all the same.
//!
//! Two things of AWS the emulator does not know: `MaximumRetryAttempts` of the stream (a batch is tried until its changes are
//! too old), and the window in which the stream gathers. That `sync` runs once at a time, and where its failures go, its
//! `CloudFormation` forgets, so the tests tell its Lambda what the template says.

#[path = "../../lambda/event.rs"]
#[expect(dead_code, reason = "the functions' own tests need more of it")]
mod event;
mod inflict;
mod proxy;
mod stack;

mod batches;
mod bucket;
mod idle;
mod publish;
mod snapshot;
mod together;

use stack::Stack;

#[tokio::test]
async fn no_fault_loses_what_was_acknowledged() {
    let Some(mut stack) = Stack::deploy(&[]).await else { return };
    // What is tried with one sync must not meet another.
    stack.act(&["stream", "off"]).await;
    stack.settle().await;
    stack.is_whole("at first").await;
    snapshot::a_sync_is_killed_behind_each_object(&mut stack).await;
    together::two_syncs_reach_the_pointer_at_once(&mut stack).await;
    together::a_slow_sync_does_not_go_back(&mut stack).await;
    together::lambda_is_asked_twice_at_once(&mut stack).await;
    publish::a_publish_is_killed_at_each_call(&mut stack).await;
    bucket::s3_is_busy(&mut stack).await;
    batches::no_event_stops_sync(&mut stack).await;
    batches::the_stream_brings_nonsense(&mut stack).await;
    bucket::the_bucket_refuses(&mut stack).await;
}
