//! A page that shows nothing yet: the one that a browser with windows begins with, or another. `Browser` opens documents
//! in it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chromiumoxide_cdp::cdp::browser_protocol::target::{
    AttachToTargetParams, AttachToTargetReturns, CreateTargetParams, CreateTargetReturns, GetTargetsParams,
    GetTargetsReturns, TargetId,
};
use chromiumoxide_cdp::cdp::js_protocol::runtime::EvaluateParams;

use super::connection::Connection;
use crate::error::{Error, Kind, Result};

const FIRST_PAGE_PAUSE: Duration = Duration::from_millis(2);

#[derive(Debug)]
pub(super) struct BlankPage {
    pub(super) target: TargetId,
    pub(super) session: Arc<str>,
}

impl BlankPage {
    /// The one that the browser begins with, once it is there.
    pub(super) async fn first(connection: &Connection, deadline: Duration) -> Result<Self> {
        let begun = Instant::now();
        while begun.elapsed() < deadline {
            let answer = connection
                .call(None, GetTargetsParams::default(), deadline)
                .await?;
            let GetTargetsReturns { target_infos } = answer.parse()?;
            if let Some(first) = target_infos.into_iter().find(|info| info.r#type == "page") {
                return Self::attach(connection, first.target_id, deadline).await;
            }
            tokio::time::sleep(FIRST_PAGE_PAUSE).await;
        }
        Err(Error::new(
            Kind::BrowserCannotStart,
            "the browser opened no window",
        ))
    }

    pub(super) async fn create(
        connection: &Connection,
        parameters: CreateTargetParams,
        deadline: Duration,
    ) -> Result<Self> {
        let answer = connection.call(None, parameters, deadline).await?;
        let CreateTargetReturns { target_id } = answer.parse()?;
        Self::attach(connection, target_id, deadline).await
    }

    async fn attach(connection: &Connection, target: TargetId, deadline: Duration) -> Result<Self> {
        let mut attach = AttachToTargetParams::new(target.clone());
        attach.flatten = Some(true);
        let answer = connection.call(None, attach, deadline).await?;
        let AttachToTargetReturns { session_id } = answer.parse()?;
        Ok(Self {
            target,
            session: Arc::from(session_id.inner().as_str()),
        })
    }

    /// Fills it with a colour, 0xRRGGBB.
    pub(super) async fn paint(&self, connection: &Connection, color: u32, deadline: Duration) -> Result<()> {
        let paint = format!("document.documentElement.style.background = '#{color:06x}'");
        let paint = EvaluateParams::new(paint);
        connection
            .call(Some(&self.session), paint, deadline)
            .await
            .map(drop)
    }
}
