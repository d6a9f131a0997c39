//! `replaycast inspect`: what is in a recording, for people and for programs. Never starts a browser.

use serde::Serialize;

use super::args::InspectArgs;
use super::reading::{Reading, Telling};
use super::{print, summary_text};
use crate::error::{Error, Kind, Result};
use crate::recording::{SessionEntry, Summary};

pub(super) async fn run(args: &InspectArgs) -> Result<()> {
    let archive = Reading::resolve(&args.input)?.archive(Telling::Usual).await?;
    let name = archive.name().to_owned();
    let sessions = archive.sessions();
    let text = if args.session.is_none() && sessions.len() > 1 {
        if args.json {
            json(&SessionList { sessions: &sessions })?
        } else {
            summary_text::of_sessions(&name, archive.format(), &sessions)
        }
    } else {
        let summary = Summary::of(&archive.into_recording(args.session.as_deref())?);
        if args.json {
            json(&summary)?
        } else {
            summary_text::of_recording(&name, &summary)
        }
    };
    print::data(&mut text.as_bytes())
}

#[derive(Serialize)]
struct SessionList<'a> {
    sessions: &'a [SessionEntry],
}

fn json(value: &impl Serialize) -> Result<String> {
    let mut json = serde_json::to_string_pretty(value)
        .map_err(|source| Error::new(Kind::Internal, "writing the summary").caused_by(source))?;
    json.push('\n');
    Ok(json)
}
