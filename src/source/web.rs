//! Reads a recording from a plain http or https address; called by `source::read`.

use url::Url;

use super::exchange::{Exchange, Refusal, Within};
use super::http::{self, Failure};
use super::limit::too_large;
use super::{RawInput, SourceObserver, SourceOptions};
use crate::error::{Kind, Result};

pub(super) async fn read(
    url: &Url,
    options: &SourceOptions,
    observer: &dyn SourceObserver,
) -> Result<RawInput> {
    let host = http::authority(url);
    let name = http::shown(url);
    let mut exchange = Exchange::new(options, observer).map_err(|failure| failure.into_error(&host))?;
    let reply = exchange.get(url, Within::Patience, options.max_bytes).await;
    let bytes = reply.map_err(|refusal| match refusal {
        Refusal::Failure(Failure::TooLarge) => too_large(&name, options.max_bytes),
        refusal => {
            let error = refusal.into_error(&host);
            match error.kind() {
                Kind::AuthRefused => error.hint("If the address is a signed one, it may have expired."),
                Kind::InputNotFound => error.hint("Check the address in a browser."),
                _ => error,
            }
        }
    })?;
    Ok(RawInput { name, bytes })
}
