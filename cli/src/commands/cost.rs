//! `berth cost`

use std::process::ExitCode;

use anyhow::Context;
use clap::ValueEnum;

use crate::arguments::CostArguments;
use crate::cost::{self, Bill, Load, Preset, PriceTable};
use crate::output;

pub(crate) fn cost(arguments: &CostArguments) -> anyhow::Result<ExitCode> {
    let prices = match &arguments.prices {
        Some(file) => {
            let read = || PriceTable::over(&std::fs::read_to_string(file)?);
            read().with_context(|| format!("cannot use the prices of {}", file.display()))?
        }
        None => PriceTable::built_in()?,
    };
    let is_free_tier = arguments.free_tier;
    if arguments.compare {
        compare(arguments, &prices)?;
    } else {
        let load = arguments.over(Load::of(arguments.load));
        let bill = Bill::of_berth(&load, &prices.prices, is_free_tier);
        match arguments.json {
            true => output::print(&format!("{}\n", cost::json(&load, &bill, &prices, is_free_tier)))?,
            false => output::print(&cost::table(&bill))?,
        }
    }
    if !arguments.json {
        let free = if is_free_tier { "less what is always free" } else { "without what is free" };
        output::talk(&format!(
            "list prices of {} as of {}, {free}, before taxes; a month has 730 hours; lines are rounded, the total is \
             the sum before that",
            prices.region, prices.date
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn compare(arguments: &CostArguments, prices: &PriceTable) -> anyhow::Result<()> {
    let loads: Vec<(Preset, Load, Bill, Bill)> = Preset::value_variants()
        .iter()
        .map(|&preset| {
            let load = arguments.over(Load::of(preset));
            let berth = Bill::of_berth(&load, &prices.prices, arguments.free_tier);
            let pods = Bill::of_pods(&load, &prices.prices, arguments.free_tier);
            (preset, load, berth, pods)
        })
        .collect();
    if arguments.json {
        return Ok(output::print(&format!("{}\n", cost::comparison_json(&loads, prices, arguments.free_tier)))?);
    }
    output::print(&cost::comparison(&loads))?;
    for (preset, _, _, pods) in &loads {
        let is_size = |component: &str| component.contains(" nodes, ") || component.ends_with("with a standby");
        let sizes = pods.lines.iter().map(|line| line.component.as_str()).filter(|component| is_size(component));
        output::talk(&format!("assumed for {}: {}", preset.name(), sizes.collect::<Vec<_>>().join("; ")));
    }
    Ok(())
}
