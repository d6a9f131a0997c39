//! The one document that a page shows. `player` makes it, the gatekeeper serves it.

use super::asset::PageAssets;

#[derive(Debug, Clone)]
pub struct Document {
    pub html: String,
    pub content_security_policy: String,
    /// A property of the page's global object that exists once the document's script has run.
    pub ready_when: &'static str,
    /// Without them the page gets nothing but itself.
    pub assets: Option<PageAssets>,
}
