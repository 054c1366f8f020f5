//! A bill computed by hand, and what holds for every load.

use clap::ValueEnum;

use super::usage::Usage;
use super::{Bill, Load, Preset, PriceTable, Prices};

fn prices() -> Prices {
    PriceTable::built_in().unwrap().prices
}

fn nothing() -> Load {
    let mut load = Load::of(Preset::Idle);
    for number in NUMBERS {
        *number(&mut load) = 0.0;
    }
    load
}

/// Every number of a load of which more is more work; the hit rate is less.
const NUMBERS: [fn(&mut Load) -> &mut f64; 23] = [
    |load| &mut load.lists,
    |load| &mut load.reads,
    |load| &mut load.searches,
    |load| &mut load.publishes,
    |load| &mut load.withdrawals,
    |load| &mut load.purges_per_month,
    |load| &mut load.logins,
    |load| &mut load.copies,
    |load| &mut load.polls,
    |load| &mut load.syncs,
    |load| &mut load.list_bytes,
    |load| &mut load.read_bytes,
    |load| &mut load.search_bytes,
    |load| &mut load.servers,
    |load| &mut load.versions,
    |load| &mut load.entry_bytes,
    |load| &mut load.memory,
    |load| &mut load.log_bytes,
    |load| &mut load.secrets,
    |load| &mut load.alarms,
    |load| &mut load.dashboards,
    |load| &mut load.metrics,
    |load| &mut load.hosted_zones,
];

/// Every number here is written out, and none is taken from the code under test.
#[test]
fn a_bill_by_hand() {
    let load = Load {
        lists: 1_000_000.0,
        reads: 100_000.0,
        searches: 0.0,
        publishes: 100.0,
        withdrawals: 10.0,
        purges_per_month: 2_000.0,
        logins: 100.0,
        copies: 10.0,
        polls: 1_000.0,
        syncs: 24.0,
        hit_rate: 0.5,
        list_bytes: 10_000.0,
        read_bytes: 1_000.0,
        search_bytes: 0.0,
        servers: 6_400.0,
        versions: 10_000.0,
        entry_bytes: 1_000.0,
        memory: 1_024.0,
        log_bytes: 1_000.0,
        secrets: 1.0,
        alarms: 2.0,
        dashboards: 0.0,
        metrics: 0.0,
        hosted_zones: 1.0,
    };
    let days = 365.0 / 12.0;
    // Half of 1,100,000 reads reach the origin: 6.3657 a second. Five times that for 10 ms each, in three functions.
    let sandboxes = 3.0 * (1.0 + 5.0 * 0.010 * 550_000.0 / 86_400.0);
    // Each begins once an hour, and loads what is new after each of 100 publishes and 24 exports.
    let (starts, news) = (sandboxes * 730.0, sandboxes * 124.0 * days);
    // 50 ms each, and 20 ms more for the 10,000 versions of a start.
    let seconds = 550_000.0 * days * 0.010 + (starts + news) * 0.050 + starts * 0.020 + 200.0 * days * 0.3;
    // A server is 1,562.5 bytes, so that 1.5 MiB are full after 1,006.6 of 100 publishes a day.
    let folds_a_day = 100.0 * 1_562.5 / 1_572_864.0;
    let folds = folds_a_day * days;
    // 124 runs of a second; 24 of them export for 0.6 seconds more; a fold takes 0.3. Each has 2 GB.
    let sync_seconds = 2.0 * ((124.0 * 1.0 + 24.0 * 0.6) * days + folds * 0.3);
    // 7 a publish, 4 a login, 4 a run, 2 a purge; each change read by sync and by each sandbox; 500 of 1,500 bytes for the tail.
    let tails = 100.0 * 500.0 * 1_500.0 / 4_096.0;
    let reads = (550_000.0 + 700.0 + 400.0 + 496.0 + 200.0 + 100.0 + 100.0 * sandboxes + tails) * days;
    // Six items of 1 KB and two of 2 KB, each twice, and four counters; 5 a login; 1 a run, 2 a purge, 1 an export.
    let writes = (100.0 * (2.0 * (6.0 + 4.0) + 4.0) + 500.0 + 124.0 + 200.0 + 24.0) * days;
    // Of a start 4 and all 100 blocks; of what is new 2; of a fold all blocks, by each sandbox and by sync; of a run 4, and of
    // an export all blocks; half of 1,010.
    let gets_of_readers = 104.0 * starts + 2.0 * news + sandboxes * folds * 100.0;
    let gets = gets_of_readers + folds * 100.0 + (496.0 + 2_400.0 + 505.0) * days;
    // Three a publish and five an export; all blocks and two indexes a fold.
    let puts_a_day = 300.0 + 120.0 + folds_a_day * 102.0;
    // Each of 24 runs lists six prefixes, and a page more for each thousand of blocks and of what two days have written.
    let lists_a_day = 24.0 * (6.0 + (100.0 + 2.0 * puts_a_day) / 1_000.0);
    // Blocks of 5 MB and indexes of 0.91 MB; exports of 1.97 MB; a delta of 235,929.6 bytes and a tail of 65,500. Of each the one
    // in force, and what was written in 32 days.
    let bucket_gb =
        0.005_91 * (1.0 + folds_a_day * 32.0) + 0.001_97 * (1.0 + 24.0 * 32.0) + 0.000_301_429_6 * (1.0 + 100.0 * 32.0);
    let expected = [
        ("requests", 1_101_210.0 * days / 1e6 * 1.00),
        // Lists, reads, copies of 490 KB, 304s, changes.
        ("bytes to readers", (10.0 + 0.1 + 0.004_9 + 0.000_4 + 0.000_4) * days * 0.085),
        ("function at the edge", 1_100_200.0 * days / 1e6 * 0.10),
        // 304 that are withdrawn, 3,042 that are new, and room for 2,000.
        ("tags purged", 2_000.0 * 0.005),
        ("requests that the CDN does not answer", 550_200.0 * days / 1e6 * 1.00),
        ("invocations", 550_324.0 * days / 1e6 * 0.20),
        ("time and memory", (seconds + sync_seconds) * 0.000_013_333_4),
        ("reads", reads / 1e6 * 0.125),
        ("writes", writes / 1e6 * 0.625),
        // 10,000 times two items of 1,500 bytes and 1,500 more.
        ("table", 0.045 * 0.25),
        ("point-in-time recovery", 0.045 * 0.20),
        ("snapshots", bucket_gb * 0.023),
        ("objects written and lists", (puts_a_day + lists_a_day) * days / 1e3 * 0.005),
        ("objects read", gets / 1e3 * 0.0004),
        ("scheduled runs of sync", 24.0 * days / 1e6),
        ("metrics of routes", 0.0),
        ("logs", 0.550_324 * days * 0.50),
        ("logs, kept for a month", 0.550_324 * days * 0.03),
        ("alarms", 0.20),
        ("dashboards", 0.0),
        ("secrets", 0.40),
        ("hosted zones", 0.50),
    ];
    let bill = Bill::of_berth(&load, &prices(), false);
    assert_eq!(bill.lines.len(), expected.len());
    for (line, (component, dollars)) in bill.lines.iter().zip(expected) {
        assert_eq!(line.component, component);
        assert!((line.dollars - dollars).abs() < 1e-9, "{component}: {} and by hand {dollars}", line.dollars);
    }
    let total: f64 = expected.iter().map(|(_, dollars)| dollars).sum();
    assert!((bill.total - total).abs() < 1e-6, "{} and by hand {total}", bill.total);
    assert_eq!(format!("{total:.2}"), "107.98");
}

/// Numbers without a seed from outside: a failure repeats.
struct Numbers(u64);

impl Numbers {
    /// One between 0 and 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of any size up to 10 million, every fifth zero.
    fn size(&mut self) -> f64 {
        if self.next() < 0.2 { 0.0 } else { 10_f64.powf(self.next() * 7.0) }
    }

    fn load(&mut self) -> Load {
        let mut load = Load { hit_rate: self.next(), ..nothing() };
        for number in NUMBERS {
            *number(&mut load) = self.size();
        }
        load
    }
}

fn totals(load: &Load, prices: &Prices) -> [f64; 3] {
    [
        Bill::of_berth(load, prices, false).total,
        Bill::of_berth(load, prices, true).total,
        Bill::of_pods(load, prices, false).total,
    ]
}

#[test]
fn more_never_costs_less() {
    let (prices, mut numbers) = (prices(), Numbers(1));
    let named = Preset::value_variants().iter().map(|&preset| Load::of(preset));
    let loads: Vec<Load> = named.chain((0..500).map(|_| numbers.load())).collect();
    for load in loads {
        let before = totals(&load, &prices);
        assert!(before.iter().all(|total| total.is_finite() && *total >= 0.0), "{load:?}: {before:?}");
        assert!(before[1] <= before[0], "{load:?}: what is free is taken off");
        for (at, number) in NUMBERS.iter().enumerate() {
            let mut more = load.clone();
            *number(&mut more) += numbers.size();
            let mut before = before;
            if more.servers > load.servers {
                // Of more servers with as many versions each is smaller, and so is what a publish writes.
                more.publishes = 0.0;
                before = totals(&Load { publishes: 0.0, ..load.clone() }, &prices);
            }
            let after = totals(&more, &prices);
            let grows = before.iter().zip(after).all(|(before, after)| after >= before * (1.0 - 1e-12));
            assert!(grows, "number {at}: {before:?} {after:?}\n{load:?}\n{more:?}");
        }
        let more = Load { hit_rate: load.hit_rate + (1.0 - load.hit_rate) * numbers.next(), ..load.clone() };
        let after = totals(&more, &prices);
        let shrinks = before.iter().zip(after).all(|(before, after)| after <= before * (1.0 + 1e-12));
        assert!(shrinks, "a hit costs less than a miss: {before:?} {after:?}\n{load:?}\n{more:?}");
    }
}

#[test]
fn without_a_load_only_what_stands_still_costs() {
    let prices = prices();
    assert_eq!(Bill::of_berth(&nothing(), &prices, false).total, 0.0);
    let still = Load { secrets: 2.0, alarms: 3.0, dashboards: 1.0, metrics: 4.0, hosted_zones: 1.0, ..nothing() };
    let bill = Bill::of_berth(&still, &prices, false);
    assert!((bill.total - (0.80 + 0.30 + 3.00 + 1.20 + 0.50)).abs() < 1e-9, "{}", bill.total);
    // What is stored stands still too.
    let stored = Load { servers: 1e5, versions: 1e6, entry_bytes: 1_000.0, ..nothing() };
    let used: Vec<String> = Bill::of_berth(&stored, &prices, false)
        .lines
        .into_iter()
        .filter(|line| line.dollars > 0.0)
        .map(|line| line.component)
        .collect();
    assert_eq!(used, ["table", "point-in-time recovery", "snapshots"]);
}

#[test]
fn idle_is_less_than_a_dollar() {
    let bill = Bill::of_berth(&Load::of(Preset::Idle), &prices(), false);
    assert!(bill.total < 1.0, "{}", bill.total);
    let usage = Usage::of(&Load::of(Preset::Idle));
    assert_eq!((usage.origin_requests, usage.cdn_requests), (0.0, 0.0));
    // 2,920 runs list six prefixes, with one block.
    assert!((usage.puts - 2_920.0 * 6.001).abs() < 1e-6, "nothing is written");
    assert_eq!((usage.invocations, usage.schedules), (2_920.0, 2_920.0), "nothing runs but the schedule");
}

#[test]
fn one_run_at_a_time() {
    // A run takes a second, and 10 gather what comes next.
    let busy = |publishes| Usage::of(&Load { publishes, versions: 1e6, ..nothing() });
    assert_eq!(busy(1e4).puts, busy(1e5).puts);
    let runs = 2_628_000.0 / 11.0;
    assert!((busy(1e4).puts - 3.0 * runs).abs() < 1e-6);
    assert!((busy(1e4).gb_seconds - 2.0 * runs).abs() < 1e-3);
    assert!((busy(10.0).puts - 3.0 * 10.0 * 365.0 / 12.0).abs() < 1e-6);
    // A million versions are folded in 30 seconds, which 15,729 publishes a day of 10 KB each need 100 times.
    let full = Usage::of(&Load { publishes: 15_728.64, versions: 1e6, servers: 1e5, entry_bytes: 1e3, ..nothing() });
    assert!((full.gb_seconds - 2.0 * (runs + 100.0 * 30.0 * 365.0 / 12.0)).abs() < 1e-3);
    // Exports take 60, of each scheduled run: more of them than a month has time for.
    let exports = Usage::of(&Load { syncs: 1_440.0, publishes: 1e4, versions: 1e6, ..nothing() });
    assert_eq!(exports.gb_seconds, 2.0 * 2_628_000.0);
    let hectic = Usage::of(&Load { syncs: 1e6, ..nothing() });
    assert_eq!(hectic.gb_seconds, 2.0 * 2_628_000.0);
}

#[test]
fn ten_times_is_ten_times() {
    let (one, ten) = (Usage::of(&Load::of(Preset::Official)), Usage::of(&Load::of(Preset::OfficialX10)));
    assert!((one.cdn_requests * 10.0 - ten.cdn_requests).abs() < 1e-3);
    assert!((one.origin_requests * 10.0 - ten.origin_requests).abs() < 1e-3);
    assert_eq!(one.table_gb, ten.table_gb, "the catalogue is the same");
}

#[test]
fn pods_have_the_same_readers_and_logs() {
    let prices = prices();
    for &preset in Preset::value_variants() {
        let load = Load::of(preset);
        let bills = [Bill::of_berth(&load, &prices, false), Bill::of_pods(&load, &prices, false)];
        for component in ["requests", "bytes to readers", "logs", "alarms", "dashboards", "secrets", "hosted zones"] {
            let of = |bill: &Bill| bill.lines.iter().find(|line| line.component == component).unwrap().dollars;
            assert_eq!(of(&bills[0]), of(&bills[1]), "{preset:?} {component}");
        }
    }
}

/// What the template says and a bill has too.
#[test]
fn the_numbers_are_those_of_the_template() {
    let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/template.yaml");
    let template = std::fs::read_to_string(template).unwrap();
    let (_, alarms) = template.split_once("── Alarms").unwrap();
    let optional = alarms.matches("Type: AWS::CloudWatch::Alarm\n    Condition: HasMetrics\n").count();
    let load = Load::of(Preset::Company);
    let says = |text: &str| assert!(template.contains(text), "{text:?}: change what `berth cost` computes with it");
    assert_eq!((alarms.matches("MetricName: ").count() - optional) as f64, load.alarms, "metrics that alarms watch");
    says("  Metrics:\n");
    says("    Default: none\n    AllowedValues: [none, basic, routes]\n");
    assert_eq!(template.matches("Type: AWS::CloudWatch::Dashboard").count() as f64, load.dashboards);
    assert_eq!(template.matches("Type: AWS::SecretsManager::Secret").count() as f64, load.secrets);
    assert_eq!(template.contains("DetailedMetricsEnabled: true"), load.metrics > 0.0, "metrics of routes");
    assert_eq!((24.0 * 60.0 / load.syncs, load.memory), (15.0, 1_024.0));
    says(&format!("    Default: {}\n    MinValue: 0\n    MaxValue: 10000000\n", load.purges_per_month));
    says("Default: rate(15 minutes)");
    says("NoncurrentVersionExpiration: { NoncurrentDays: 30 }");
    says("MaximumBatchingWindowInSeconds: 10\n");
    let memory = template.lines().filter_map(|line| line.trim().strip_prefix("MemorySize: "));
    let mut memory: Vec<f64> = memory.map(|megabytes| megabytes.parse().unwrap()).collect();
    memory.sort_by(f64::total_cmp);
    assert_eq!(memory.split_off(5), [load.memory, 2_048.0], "the largest of those that answer, and sync");
}
