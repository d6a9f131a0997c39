//! Assets as the page needs them: images that stand still, and style sheets that know what is hovered and that scripts ran.
//! `player` puts it before whoever provides them.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::{adapted_rules, still_images};
use crate::browser::{Answering, AssetKind, AssetProvider, AssetReply};

#[derive(Debug)]
pub(super) struct AdaptedAssets(pub(super) Arc<dyn AssetProvider>);

impl AssetProvider for AdaptedAssets {
    fn answer(&self, kind: AssetKind, address: String) -> Answering<'_> {
        Box::pin(async move {
            let mut reply = self.0.answer(kind, address).await?;
            if let AssetReply::Body {
                content_type, body, ..
            } = &mut reply
                && let Some(adapted) = adapted(kind, content_type, body)
            {
                *body = adapted.into();
            }
            Some(reply)
        })
    }

    fn patience(&self) -> Duration {
        self.0.patience()
    }
}

/// None for what can stay as it is.
fn adapted(kind: AssetKind, content_type: &str, body: &[u8]) -> Option<Vec<u8>> {
    match kind {
        AssetKind::Stylesheet => {
            let changed = adapted_rules::adapted(body);
            let sheet = std::str::from_utf8(changed.as_deref().unwrap_or(body));
            match sheet.map(still_images::still) {
                Ok(Cow::Owned(still)) => Some(still.into_bytes()),
                _ => changed,
            }
        }
        AssetKind::Image if content_type == "image/svg+xml" => {
            still_images::still_image(std::str::from_utf8(body).ok()?).map(String::into_bytes)
        }
        AssetKind::Image | AssetKind::Font => None,
    }
}
