//! `replaycast inspect`: what is in a recording, for people and for programs. Never starts a browser.

use serde::Serialize;

use super::args::InspectArgs;
use super::reading::Reading;
use super::telling::Telling;
use super::{print, summary_text};
use crate::aside::aside;
use crate::error::Result;
use crate::recording::{SessionEntry, Summary};

pub(super) async fn run(args: &InspectArgs) -> Result<()> {
    let archive = Reading::resolve(&args.recording.input)?
        .archive(Telling::Usual)
        .await?;
    let name = archive.name().to_owned();
    let sessions = archive.sessions();
    let text = if args.recording.session.is_none() && sessions.len() > 1 {
        if args.json {
            print::json(&SessionList { sessions: &sessions }, "summary")?
        } else {
            summary_text::of_sessions(&name, archive.format(), &sessions)
        }
    } else {
        let session = args.recording.session.clone();
        let summarize = move || Ok(Summary::of(&archive.into_recording(session.as_deref())?));
        let summary = aside("reader", summarize).await?;
        if args.json {
            print::json(&summary, "summary")?
        } else {
            summary_text::of_recording(&name, &summary)
        }
    };
    print::text(text).await
}

#[derive(Serialize)]
struct SessionList<'a> {
    sessions: &'a [SessionEntry],
}
