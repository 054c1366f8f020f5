//! A bill as people and scripts see it.

use comfy_table::CellAlignment;
use serde_json::{Value, json};

use super::{Bill, Load, Preset, Price, PriceTable};
use crate::output;

/// A bill, a line each thing that is used; the total is the last line.
pub(crate) fn table(bill: &Bill) -> String {
    let mut table = output::table(&["service", "component", "quantity", "unit", "price", "dollars a month"]);
    for line in bill.lines.iter().filter(|line| line.quantity > 0.0) {
        table.add_row([
            line.service.to_owned(),
            line.component.clone(),
            number(line.quantity),
            line.price.unit.clone(),
            unit_price(&line.price, line.quantity),
            dollars(line.dollars),
        ]);
    }
    table.add_row(["total", "", "", "", "", &dollars(bill.total)]);
    right(&mut table, &[2, 5]);
    format!("{}\n", table.trim_fmt())
}

/// All loads beside each other, with the pods for the same.
pub(crate) fn comparison(loads: &[(Preset, Load, Bill, Bill)]) -> String {
    let names: Vec<String> = loads.iter().map(|(preset, ..)| preset.name()).collect();
    let mut table = output::table(
        &[&["dollars a month"], names.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat(),
    );
    let berth: Vec<&Bill> = loads.iter().map(|(_, _, berth, _)| berth).collect();
    let pods: Vec<&Bill> = loads.iter().map(|(_, _, _, pods)| pods).collect();
    for (label, bills) in [("Berth", berth), ("pods with PostgreSQL", pods)] {
        let services: Vec<Vec<(&str, f64)>> = bills.iter().map(|bill| bill.by_service()).collect();
        for (at, (service, _)) in services.first().into_iter().flatten().enumerate() {
            let of_service = services.iter().map(|services| services.get(at).map_or(0.0, |(_, dollars)| *dollars));
            table.add_row([(*service).to_owned()].into_iter().chain(of_service.map(dollars)));
        }
        let totals = bills.iter().map(|bill| dollars(bill.total));
        table.add_row([format!("= {label}")].into_iter().chain(totals));
    }
    right(&mut table, &(1..=loads.len()).collect::<Vec<_>>());
    format!("{}\n", table.trim_fmt())
}

/// A bill with all that it was computed from.
pub(crate) fn json(load: &Load, bill: &Bill, prices: &PriceTable, is_free_tier: bool) -> Value {
    json!({
        "region": prices.region,
        "date": prices.date,
        "freeTier": is_free_tier,
        "load": load,
        "lines": bill.lines,
        "total": bill.total,
    })
}

/// All loads with both bills.
pub(crate) fn comparison_json(loads: &[(Preset, Load, Bill, Bill)], prices: &PriceTable, is_free_tier: bool) -> Value {
    let loads: Vec<Value> = loads
        .iter()
        .map(|(preset, load, berth, pods)| json!({"name": preset.name(), "load": load, "berth": berth, "pods": pods}))
        .collect();
    json!({ "region": prices.region, "date": prices.date, "freeTier": is_free_tier, "loads": loads })
}

fn right(table: &mut comfy_table::Table, columns: &[usize]) {
    for &column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// Cents. What is paid and rounds to nothing is not shown as nothing.
fn dollars(amount: f64) -> String {
    match amount {
        0.0 => "0".to_owned(),
        0.0..0.005 => "<0.01".to_owned(),
        _ => grouped(&format!("{amount:.2}")),
    }
}

/// Whole numbers where there is much, three digits that count where there is little.
fn number(quantity: f64) -> String {
    let decimals = match quantity {
        1_000.0.. => 0,
        1.0.. => 2,
        0.1.. => 3,
        0.01.. => 4,
        _ => 5,
    };
    let text = grouped(&format!("{quantity:.decimals$}"));
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Commas between thousands.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.find('.').map_or((number, ""), |at| number.split_at(at));
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

/// `$0.125 a million`, and what more than so many cost where that matters.
fn unit_price(price: &Price, quantity: f64) -> String {
    let per = match price.per {
        1_000_000.0 => " a million".to_owned(),
        1_000.0 => " a thousand".to_owned(),
        1.0 => String::new(),
        per => format!(" for {}", number(per)),
    };
    let tiers = price.tiers.iter().filter(|tier| quantity > tier.above);
    let tiers: String = tiers.map(|tier| format!(", above {} ${}", number(tier.above), tier.dollars)).collect();
    format!("${}{per}{tiers}", price.dollars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_easily_and_not_as_nothing() {
        for (quantity, expected) in [
            (0.0, "0"),
            (0.001_016, "0.00102"),
            (0.25, "0.25"),
            (1.0, "1"),
            (999.994, "999.99"),
            (1_000.0, "1,000"),
            (78_840_000.4, "78,840,000"),
            (123_456.0, "123,456"),
        ] {
            assert_eq!(number(quantity), expected);
        }
        for (amount, expected) in
            [(0.0, "0"), (0.000_1, "<0.01"), (0.005, "0.01"), (0.4, "0.40"), (1_234.567, "1,234.57"), (12.0, "12.00")]
        {
            assert_eq!(dollars(amount), expected);
        }
    }

    #[test]
    fn a_tier_is_told_where_it_counts() {
        let prices = PriceTable::built_in().unwrap().prices;
        assert_eq!(unit_price(&prices.dynamodb_reads, 1e9), "$0.125 a million");
        assert_eq!(unit_price(&prices.cloudfront_bytes, 10_000.0), "$0.085");
        assert_eq!(unit_price(&prices.cloudfront_bytes, 10_001.0), "$0.085, above 10,000 $0.08");
        assert_eq!(unit_price(&prices.s3_writes, 1.0), "$0.005 a thousand");
        let own = Price { per: 10_000.0, ..prices.secrets };
        assert_eq!(unit_price(&own, 1.0), "$0.4 for 10,000");
    }
}
