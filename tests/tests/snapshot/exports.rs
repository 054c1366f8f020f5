//! When exports and change files are made, and which.

use std::io::Read;

use berth_tests::{Registry, Version};
use flate2::read::GzDecoder;
use registry::limits::{CHANGES_PER_FILE, EXPORT_LAG_CHANGES};
use registry::model::Status;
use registry::snapshot::{ExportFormat, Pointer, SnapshotReader};

fn versions(from: u64, to: u64) -> Vec<Version> {
    (from..to).map(|number| Version::new(&format!("io.x/server-{number:05}"), "1.0.0")).collect()
}

async fn pointer(registry: &Registry) -> Pointer {
    SnapshotReader::new(registry.stores.bucket()).open().await.unwrap().pointer().clone()
}

fn export_serials(pointer: &Pointer) -> Vec<u64> {
    pointer.exports.iter().map(|export| export.serial.0).collect()
}

fn files(pointer: &Pointer) -> Vec<(u64, u64, &str)> {
    pointer.changes.iter().map(|file| (file.first.0, file.last.0, file.encoding.as_str())).collect()
}

#[tokio::test]
async fn an_export_is_made_by_the_schedule_or_when_it_is_far_behind() {
    let registry = Registry::with(&versions(0, 10)).await;
    assert_eq!(export_serials(&pointer(&registry).await), [10; 3]);
    registry.put(&versions(10, 20)).await;
    let published = registry.sync.publish().await.unwrap();
    assert_eq!((published.pointer.serial.0, export_serials(&published.pointer)), (20, vec![10; 3]));
    // Nothing is left to publish but exports.
    registry.import(&[]).await;
    assert_eq!(export_serials(&pointer(&registry).await), [20; 3]);
    let before = registry.objects().all().await;
    registry.import(&[]).await;
    assert_eq!(registry.objects().all().await, before, "a schedule without news writes nothing");
    registry.put(&versions(20, 20 + EXPORT_LAG_CHANGES)).await;
    assert_eq!(export_serials(&registry.sync.publish().await.unwrap().pointer), [20; 3]);
    registry.put(&versions(30_000, 30_001)).await;
    assert_eq!(export_serials(&registry.sync.publish().await.unwrap().pointer), [21 + EXPORT_LAG_CHANGES; 3]);
    let rebuilt = registry.sync.rebuild().await.unwrap();
    assert_eq!(export_serials(&rebuilt.pointer), [21 + EXPORT_LAG_CHANGES; 3]);
}

/// Who has read the snapshot of this serial already hears of exports that are made later.
#[tokio::test]
async fn readers_hear_of_exports_that_are_made_without_a_change() {
    let registry = Registry::with(&versions(0, 3)).await;
    let client = registry.client();
    registry.put(&versions(3, 4)).await;
    registry.sync.publish().await.unwrap();
    let exports = async || client.get("/v0.1/x/dev.berth/snapshot").await.ok()["exports"][0]["serial"].clone();
    assert_eq!(exports().await, 3);
    registry.import(&[]).await;
    assert_eq!(exports().await, 4);
}

#[tokio::test]
async fn change_files_are_aligned_and_complete_ones_are_written_once() {
    let registry = Registry::with(&versions(0, 10)).await;
    registry.put(&versions(10, 2 * CHANGES_PER_FILE + 100)).await;
    let published = registry.sync.publish().await.unwrap().pointer;
    let expected = [(1, 1000, "br"), (1, 1000, "gzip"), (1001, 2000, "br"), (1001, 2000, "gzip"), (2001, 2100, "gzip")];
    assert_eq!(files(&published), expected);
    let sizes: Vec<u64> = published.changes.iter().map(|file| file.bytes).collect();
    assert!(sizes[0] < sizes[1], "the smallest of a range stands first: {sizes:?}");
    let before = registry.objects().keys().await;
    registry.put(&versions(50_000, 50_001)).await;
    let next = registry.sync.publish().await.unwrap().pointer;
    assert_eq!(next.changes[..4], published.changes[..4]);
    assert_eq!(files(&next)[4], (2001, 2101, "gzip"));
    let after = registry.objects().keys().await;
    let new: Vec<_> = after.iter().filter(|key| key.starts_with("changes/") && !before.contains(key)).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    // An export of the present does not end what those read who have yesterday's.
    registry.import(&[]).await;
    let scheduled = pointer(&registry).await;
    assert_eq!((export_serials(&scheduled), &scheduled.changes), (vec![2101; 3], &next.changes));
}

/// The last one, too, when the serial is the end of a file.
#[tokio::test]
async fn a_file_that_is_just_complete_is_compressed_as_such() {
    let registry = Registry::new().await;
    registry.put(&versions(0, CHANGES_PER_FILE)).await;
    let published = registry.sync.publish().await.unwrap().pointer;
    assert_eq!(files(&published), [(1, 1000, "br"), (1, 1000, "gzip")]);
    registry.put(&versions(CHANGES_PER_FILE, CHANGES_PER_FILE + 1)).await;
    let published = registry.sync.publish().await.unwrap().pointer;
    assert_eq!(files(&published), [(1, 1000, "br"), (1, 1000, "gzip"), (1001, 1001, "gzip")]);
}

#[tokio::test]
async fn json_leaves_out_what_is_deleted_and_ndjson_does_not() {
    let deleted = Version::new("io.x/bb", "1.0.0").status(Status::Deleted);
    let registry = Registry::with(&[Version::new("io.x/aa", "1.0.0"), deleted, Version::new("io.x/cc", "1.0.0")]).await;
    let client = registry.client();
    let pointer = pointer(&registry).await;
    let mut texts = Vec::new();
    for format in [ExportFormat::Json, ExportFormat::Ndjson] {
        let export =
            pointer.exports.iter().find(|export| export.format == format && export.encoding == "gzip").unwrap();
        let mut text = String::new();
        GzDecoder::new(&registry.objects().get(&export.key).await[..]).read_to_string(&mut text).unwrap();
        texts.push(text);
    }
    let list = client.get("/v0.1/servers?limit=100").await;
    assert_eq!(texts[0], list.text(), "one list response, to the byte");
    let all = client.get("/v0.1/servers?limit=100&include_deleted=true").await;
    let lines: Vec<&str> = texts[1].lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(all.text(), format!("{{\"servers\":[{}],\"metadata\":{{\"count\":3}}}}\n", lines.join(",")));
}

#[tokio::test]
async fn the_empty_registry_has_exports_too() {
    let registry = Registry::new().await;
    let pointer = registry.sync.publish().await.unwrap().pointer;
    assert_eq!((export_serials(&pointer), pointer.changes.len()), (vec![0; 3], 0));
    let sizes: Vec<u64> = pointer.exports.iter().map(|export| export.size).collect();
    assert_eq!(sizes, [38, 38, 0]);
}
