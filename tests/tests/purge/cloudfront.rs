//! Against a server that answers as `CloudFront` does.

use std::sync::Arc;
use std::time::Duration;

use berth_tests::{Registry, Version};
use registry::aws::Aws;
use registry::cdn::CloudFront;
use registry::model::Status;
use sync::source::ReadContext;
use sync::{Event, HandleError, Purger, Sync, handle};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::cdn::tags;

const INVALIDATION: &str = "/2020-05-31/distribution/E1ABC/invalidation";

fn created() -> ResponseTemplate {
    ResponseTemplate::new(201).set_body_string(
        "<?xml version=\"1.0\"?><Invalidation xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Id>I1</Id>\
         <Status>InProgress</Status></Invalidation>",
    )
}

fn refused(status: u16, code: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string(format!(
        "<?xml version=\"1.0\"?><ErrorResponse xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Error>\
         <Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    ))
}

struct World {
    registry: Registry,
    cloudfront: MockServer,
    sync: Sync,
}

impl World {
    /// A registry with a withdrawn version that the CDN was not told of yet.
    async fn new(patience: Duration) -> Self {
        let registry = Registry::with(&[Version::new("a.a/xx", "1.0.0")]).await;
        registry.put(&[Version::new("a.a/xx", "1.0.0").status(Status::Deleted)]).await;
        let cloudfront = MockServer::start().await;
        let aws = Aws::at(&cloudfront.uri()).unwrap();
        let cdn = Arc::new(CloudFront::waiting(&aws, "E1ABC", patience));
        let sync = registry.stores.sync().purging(Some(Purger::new(cdn, registry.stores.counts(), 100)));
        Self { registry, cloudfront, sync }
    }

    async fn answers(&self, answers: &[ResponseTemplate]) {
        for answer in answers {
            let mock = Mock::given(method("POST")).and(path(INVALIDATION)).respond_with(answer.clone());
            mock.up_to_n_times(1).mount(&self.cloudfront).await;
        }
    }

    async fn change(&self) -> Result<sync::Report, HandleError> {
        let context = ReadContext::new().unwrap();
        Box::pin(handle(Event::Stream, &self.sync, &[], &context, None)).await
    }

    async fn requests(&self) -> Vec<Request> {
        self.cloudfront.received_requests().await.unwrap()
    }

    /// Whether the CDN was told, and the snapshot is published, of the newest change.
    async fn is_told_and_published(&self) -> (bool, bool) {
        let counter = self.registry.writer.counter().await.unwrap();
        (counter.purged == Some(counter.serial), counter.snapshot == counter.serial)
    }
}

#[tokio::test]
async fn a_change_is_one_request_with_its_tags() {
    let world = World::new(Duration::from_secs(10)).await;
    world.answers(&[created()]).await;
    world.change().await.unwrap();
    world.change().await.unwrap();
    let requests = world.requests().await;
    assert_eq!(requests.len(), 1);
    let body = String::from_utf8(requests[0].body.clone()).unwrap();
    let tag = tags(&["a.a/xx"]).pop_first().unwrap();
    assert!(body.contains(&format!("<Quantity>1</Quantity><Items><Path>#{tag}</Path></Items>")), "{body}");
    assert!(requests[0].headers["authorization"].to_str().unwrap().contains("/us-east-1/cloudfront/aws4_request"));
    assert_eq!(world.is_told_and_published().await, (true, true));
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    for passing in [refused(429, "TooManyRequests"), refused(400, "Throttling"), refused(503, "ServiceUnavailable")] {
        let world = World::new(Duration::from_secs(10)).await;
        world.answers(&[passing, created()]).await;
        world.change().await.unwrap();
        let requests = world.requests().await;
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].body, requests[1].body, "with the same reference it is the same purge");
        assert_eq!(world.is_told_and_published().await, (true, true));
    }
}

#[tokio::test]
async fn what_does_not_pass_fails_the_run_and_not_the_snapshot_and_the_next_run_does_it() {
    for (status, code) in [(400, "TooManyInvalidationsInProgress"), (403, "AccessDenied"), (404, "NoSuchDistribution")]
    {
        let world = World::new(Duration::from_secs(10)).await;
        world.answers(&[refused(status, code), created()]).await;
        let Err(HandleError::Purge(error)) = world.change().await else { panic!("{code}: it must fail") };
        assert!(error.contains("cannot purge 1 tags from distribution E1ABC") && error.contains(code), "{error}");
        assert_eq!(world.requests().await.len(), 1, "{code} is not tried again at once");
        assert_eq!(world.is_told_and_published().await, (false, true), "{code}");
        let report = world.change().await.unwrap();
        assert_eq!((world.requests().await.len(), report.is_complete()), (2, true), "{code}");
        assert_eq!(world.is_told_and_published().await, (true, true), "{code}");
    }
}

#[tokio::test]
async fn one_that_does_not_answer_is_given_up() {
    let world = World::new(Duration::from_millis(50)).await;
    let never = created().set_delay(Duration::from_secs(3600));
    world.answers(&[never.clone(), never.clone(), never]).await;
    let Err(HandleError::Purge(error)) = world.change().await else { panic!("it must fail") };
    assert!(error.contains("timeout"), "{error}");
    assert_eq!(world.is_told_and_published().await, (false, true));
}
