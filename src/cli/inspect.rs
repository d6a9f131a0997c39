//! `replaycast inspect`: what is in a recording, for people and for programs. Never starts a browser.

use std::fmt::Write;

use super::args::InspectArgs;
use super::print;
use super::reading::{Reading, Telling};
use crate::error::{Error, Kind, Result};
use crate::recording::Summary;

pub(super) async fn run(args: &InspectArgs) -> Result<()> {
    let reading = Reading::resolve(&args.input)?;
    let recording = reading.recording(args.session.clone(), Telling::Usual).await?;
    let summary = Summary::of(&recording);
    let text = if args.json {
        let mut json = serde_json::to_string_pretty(&summary)
            .map_err(|source| Error::new(Kind::Internal, "writing the summary").caused_by(source))?;
        json.push('\n');
        json
    } else {
        describe(&recording.name, &summary)
    };
    print::data(&mut text.as_bytes())
}

fn describe(name: &str, summary: &Summary) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_description(&mut text, name, summary);
    text
}

fn write_description(out: &mut String, name: &str, summary: &Summary) -> std::fmt::Result {
    let name = print::printable(name);
    writeln!(out, "{name}: {}, {} events", summary.format, summary.events)?;
    writeln!(
        out,
        "duration  {} ({} active)",
        print::seconds(summary.duration_s),
        print::seconds(summary.active_s)
    )?;
    for window in &summary.windows {
        let sizes: Vec<String> = window.sizes.iter().map(ToString::to_string).collect();
        let mark = if window.id == summary.busiest_window {
            ", rendered by default"
        } else {
            ""
        };
        writeln!(
            out,
            "window    {}: {} events, {} full snapshots, {}{mark}",
            if window.id.is_empty() {
                "(unnamed)".into()
            } else {
                print::printable(&window.id)
            },
            window.events,
            window.full_snapshots,
            sizes.join(", ")
        )?;
    }
    for page in &summary.pages {
        writeln!(
            out,
            "page      {:>10}  {}",
            print::seconds(page.time_s),
            print::printable(&page.href)
        )?;
    }
    for gap in &summary.idle_gaps {
        writeln!(
            out,
            "idle      {:>10}  for {}",
            print::seconds(gap.start_s),
            print::seconds(gap.end_s - gap.start_s)
        )?;
    }
    for (label, counts) in [
        ("type", &summary.events_by_type),
        ("source", &summary.events_by_source),
    ] {
        for (name, count) in counts {
            writeln!(out, "{label:<9} {count:>10}  {name}")?;
        }
    }
    for problem in &summary.problems {
        writeln!(out, "problem   {problem}")?;
    }
    Ok(())
}
