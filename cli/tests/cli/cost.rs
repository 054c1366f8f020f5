//! `berth cost`.

use serde_json::Value;

use crate::harness::Home;

/// The bill that a command prints as JSON.
fn bill(home: &Home, arguments: &[&str]) -> Value {
    let ran = home.run(&[&["cost", "--json"], arguments].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

fn total(home: &Home, arguments: &[&str]) -> f64 {
    bill(home, arguments)["total"].as_f64().unwrap()
}

fn line<'a>(bill: &'a Value, component: &str) -> &'a Value {
    bill["lines"].as_array().unwrap().iter().find(|line| line["component"] == component).unwrap()
}

#[test]
fn every_line_can_be_checked_by_hand() {
    let home = Home::new();
    for load in ["idle", "company", "official"] {
        let bill = bill(&home, &["--load", load]);
        let number = |value: &Value| value.as_f64().unwrap();
        let lines = bill["lines"].as_array().unwrap();
        for line in lines {
            let price = &line["price"];
            let by_hand = number(&line["quantity"]) * number(&price["dollars"]) / number(&price["per"]);
            assert!((by_hand - number(&line["dollars"])).abs() < 1e-6, "{line}");
            assert!(price["date"].as_str().unwrap().len() == 10 && !price["source"].as_str().unwrap().is_empty());
        }
        let sum: f64 = lines.iter().map(|line| number(&line["dollars"])).sum();
        assert!((sum - number(&bill["total"])).abs() < 1e-6, "{load}");
    }
}

#[test]
fn a_table_shows_what_is_used_and_ends_with_the_total() {
    let home = Home::new();
    let ran = home.run(&["cost"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.starts_with("list prices of us-east-1 as of 20") && ran.stderr.contains("730 hours"), "{ran:?}");
    let rows: Vec<Vec<&str>> = ran.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0].join(" "), "service component quantity unit price dollars a month");
    assert!(rows.iter().any(|row| row.join(" ") == "Secrets Manager secrets 1 secrets $0.4 0.40"), "{}", ran.stdout);
    assert!(rows.iter().all(|row| row[0] != "CloudFront"), "nothing is read: {}", ran.stdout);
    let last = rows.last().unwrap();
    assert_eq!((last[0], last.len()), ("total", 2));
    assert!(last[1].parse::<f64>().unwrap() < 1.0, "{}", ran.stdout);
}

#[test]
fn options_replace_numbers_of_the_load() {
    let home = Home::new();
    let official = total(&home, &["--load", "official"]);
    assert!(total(&home, &["--load", "official", "--hit-rate", "90%"]) < official);
    assert!(total(&home, &["--load", "official", "--lists", "60/s"]) > official);
    assert_eq!(
        total(&home, &["--load", "official", "--lists", "30/s"]),
        official,
        "an option that says the same changes nothing"
    );
    let own = bill(&home, &["--lists", "86400", "--hit-rate", "0", "--secrets", "0"]);
    assert_eq!(own["load"]["lists"], 86_400.0);
    // One a second for 730 hours.
    assert_eq!(line(&own, "requests that the CDN does not answer")["quantity"], 2_628_000.0);
    assert_eq!(line(&own, "secrets")["dollars"], 0.0);
}

#[test]
fn what_is_free_is_taken_off_when_asked_for() {
    let home = Home::new();
    let free = bill(&home, &["--load", "official", "--free-tier"]);
    assert_eq!(free["freeTier"], true);
    // Three dashboards are free.
    assert_eq!(line(&free, "dashboards")["dollars"], 0.0);
    let requests = line(&free, "requests");
    let billed = (requests["quantity"].as_f64().unwrap() - 10e6) / 1e6;
    assert!((requests["dollars"].as_f64().unwrap() - billed).abs() < 1e-6);
    assert!(free["total"].as_f64().unwrap() < total(&home, &["--load", "official"]));
}

#[test]
fn all_loads_stand_beside_pods() {
    let home = Home::new();
    let all = bill(&home, &["--compare"]);
    let loads = all["loads"].as_array().unwrap();
    let names: Vec<&str> = loads.iter().map(|load| load["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["idle", "company", "official", "official-x10"]);
    for load in loads {
        let alone = total(&home, &["--load", load["name"].as_str().unwrap()]);
        assert_eq!(load["berth"]["total"], alone);
    }
    for load in &loads[..3] {
        assert!(load["pods"]["total"].as_f64().unwrap() > load["berth"]["total"].as_f64().unwrap(), "{}", load["name"]);
    }
    let ran = home.run(&["cost", "--compare"]);
    assert_eq!(ran.code, 0);
    let header: Vec<&str> = ran.stdout.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(header, ["dollars", "a", "month", "idle", "company", "official", "official-x10"]);
    assert!(ran.stderr.contains("assumed for official: 3 nodes, m7g.large; db.m7g.large, with a standby\n"), "{ran:?}");
}

#[test]
fn prices_of_ones_own_replace_those_of_the_same_name() {
    let home = Home::new();
    let own = r#"{"region":"eu-north-1","date":"2027-01-31","prices":{
        "secrets":{"unit":"secrets","dollars":1.5,"date":"2027-01-31","source":"a contract"}}}"#;
    let own = bill(&home, &["--prices", &home.file("prices.json", own)]);
    assert_eq!((&own["region"], &own["date"]), (&"eu-north-1".into(), &"2027-01-31".into()));
    assert_eq!(line(&own, "secrets")["dollars"], 1.5);
    let time = |bill: &Value| line(bill, "time and memory")["dollars"].as_f64().unwrap();
    assert!(time(&own) > 0.0 && time(&own) == time(&bill(&home, &[])), "{own}");
}

#[test]
fn what_cannot_be_computed_is_told() {
    let home = Home::new();
    let typo = home.file("typo.json", r#"{"prices":{"secret":{}}}"#);
    let cut = home.file("cut.json", "{");
    for (arguments, code, expected) in [
        (&["--prices", "nowhere.json"][..], 1, "error: cannot use the prices of nowhere.json: "),
        (&["--prices", &cut], 1, &*format!("error: cannot use the prices of {cut}: EOF")),
        (
            &["--prices", &typo],
            1,
            &*format!("error: cannot use the prices of {typo}: nothing is called \"secret\"; there are prices of "),
        ),
        (&["--lists", "often"], 2, "error: invalid value 'often' for '--lists <RATE>': expected how often"),
        (&["--hit-rate", "90"], 2, "error: invalid value '90' for '--hit-rate <PART>': expected a part of all"),
        (&["--memory", "1"], 2, "error: invalid value '1' for '--memory <MB>': expected megabytes"),
        (&["--compare", "--load", "idle"], 2, "error: the argument '--compare' cannot be used with '--load <LOAD>'"),
    ] {
        let ran = home.run(&[&["cost"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{arguments:?}");
        assert!(ran.stderr.starts_with(expected), "{arguments:?}: {}", ran.stderr);
    }
}
