//! The players of one browser: one for each window of the recording that a video shows, begun when it is first
//! shown and ended after its last time. `capture` asks for the one that a frame shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Player, Problems, StageLook};
use crate::browser::{Browser, PageAssets};
use crate::error::Result;
use crate::frame::Canvas;
use crate::recording::Recording;

#[derive(Debug)]
pub struct Players<'a> {
    browser: &'a Browser,
    canvas: Canvas,
    stage: StageLook,
    recording: &'a Recording,
    assets: PageAssets,
    /// By the window's place in the recording.
    running: BTreeMap<usize, Arc<Player>>,
    /// Of players that have ended, by the window.
    problems: BTreeMap<usize, Problems>,
    blocked_requests: u64,
}

impl<'a> Players<'a> {
    pub const fn new(
        browser: &'a Browser,
        canvas: Canvas,
        stage: StageLook,
        recording: &'a Recording,
        assets: PageAssets,
    ) -> Self {
        Self {
            browser,
            canvas,
            stage,
            recording,
            assets,
            running: BTreeMap::new(),
            problems: BTreeMap::new(),
            blocked_requests: 0,
        }
    }

    /// The player of a window, which stands wherever it was left.
    pub async fn of(&mut self, window: usize) -> Result<Arc<Player>> {
        if let Some(player) = self.running.get(&window) {
            return Ok(Arc::clone(player));
        }
        let recorded = &self.recording.windows[window];
        let started_ms = self.recording.started_ms;
        let assets = self.assets.clone();
        let player = Player::start(
            self.browser,
            self.canvas,
            self.stage,
            recorded,
            started_ms,
            assets,
        )
        .await?;
        let player = Arc::new(player);
        self.running.insert(window, Arc::clone(&player));
        Ok(player)
    }

    /// Ends the player of a window that is not shown again, or only anew.
    pub async fn end(&mut self, window: usize) -> Result<()> {
        if let Some(player) = self.running.remove(&window) {
            self.take_problems(window, &player).await?;
            self.browser.close_page(player.page()).await?;
        }
        Ok(())
    }

    /// Ends them all. A window that is shown again begins anew.
    pub async fn end_all(&mut self) -> Result<()> {
        while let Some(&window) = self.running.keys().next() {
            self.end(window).await?;
        }
        Ok(())
    }

    /// Tells what they could not show and how many requests of theirs were refused. Their pages end with the browser.
    pub async fn finish(mut self) -> Result<(Problems, u64)> {
        for (window, player) in std::mem::take(&mut self.running) {
            self.take_problems(window, &player).await?;
        }
        let mut problems = Problems::default();
        for of_window in self.problems.into_values() {
            problems.add(of_window);
        }
        Ok((problems, self.blocked_requests))
    }

    async fn take_problems(&mut self, window: usize, player: &Player) -> Result<()> {
        let problems = player.problems().await?;
        self.problems.entry(window).or_default().unite(problems);
        self.blocked_requests += player.page().blocked_requests();
        Ok(())
    }
}
