//! The checked-in OpenAPI document is the one of the code.

use std::path::Path;

use berth_tests::Registry;

#[tokio::test]
async fn the_document_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let catalogue = Registry::new().await.stores.catalogue();
    let document = berth_local::documented(&catalogue).into_openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("BERTH_UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(checked_in == document, "docs/openapi.json is not that of the code: `just openapi` writes it anew");
}
