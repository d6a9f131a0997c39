//! What rrweb writes as numbers, by the names in its source (`@rrweb/types`).

use std::borrow::Cow;

/// rrweb's `EventType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventType {
    DomContentLoaded,
    Load,
    FullSnapshot,
    IncrementalSnapshot,
    Meta,
    Custom,
    Plugin,
    /// A type this version has no name for; kept for the player to judge.
    Other(u32),
}

impl EventType {
    pub(super) const fn from_number(number: u32) -> Self {
        match number {
            0 => Self::DomContentLoaded,
            1 => Self::Load,
            2 => Self::FullSnapshot,
            3 => Self::IncrementalSnapshot,
            4 => Self::Meta,
            5 => Self::Custom,
            6 => Self::Plugin,
            other => Self::Other(other),
        }
    }

    /// Nothing for a name that this version does not know.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        (0..=6).map(Self::from_number).find(|kind| kind.name() == name)
    }

    pub(super) const fn number(self) -> u32 {
        match self {
            Self::DomContentLoaded => 0,
            Self::Load => 1,
            Self::FullSnapshot => 2,
            Self::IncrementalSnapshot => 3,
            Self::Meta => 4,
            Self::Custom => 5,
            Self::Plugin => 6,
            Self::Other(number) => number,
        }
    }

    /// The name in rrweb's source, or `Other(n)`.
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::DomContentLoaded => "DomContentLoaded",
            Self::Load => "Load",
            Self::FullSnapshot => "FullSnapshot",
            Self::IncrementalSnapshot => "IncrementalSnapshot",
            Self::Meta => "Meta",
            Self::Custom => "Custom",
            Self::Plugin => "Plugin",
            Self::Other(number) => return Cow::Owned(format!("Other({number})")),
        })
    }
}

/// rrweb's `IncrementalSource`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncrementalSource {
    Mutation,
    MouseMove,
    MouseInteraction,
    Scroll,
    ViewportResize,
    Input,
    TouchMove,
    MediaInteraction,
    StyleSheetRule,
    CanvasMutation,
    Font,
    Log,
    Drag,
    StyleDeclaration,
    Selection,
    AdoptedStyleSheet,
    CustomElement,
    /// A source this version has no name for; kept for the player to judge.
    Other(u32),
}

impl IncrementalSource {
    pub(super) const fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Mutation,
            1 => Self::MouseMove,
            2 => Self::MouseInteraction,
            3 => Self::Scroll,
            4 => Self::ViewportResize,
            5 => Self::Input,
            6 => Self::TouchMove,
            7 => Self::MediaInteraction,
            8 => Self::StyleSheetRule,
            9 => Self::CanvasMutation,
            10 => Self::Font,
            11 => Self::Log,
            12 => Self::Drag,
            13 => Self::StyleDeclaration,
            14 => Self::Selection,
            15 => Self::AdoptedStyleSheet,
            16 => Self::CustomElement,
            other => Self::Other(other),
        }
    }

    /// The name in rrweb's source, or `Other(n)`.
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Mutation => "Mutation",
            Self::MouseMove => "MouseMove",
            Self::MouseInteraction => "MouseInteraction",
            Self::Scroll => "Scroll",
            Self::ViewportResize => "ViewportResize",
            Self::Input => "Input",
            Self::TouchMove => "TouchMove",
            Self::MediaInteraction => "MediaInteraction",
            Self::StyleSheetRule => "StyleSheetRule",
            Self::CanvasMutation => "CanvasMutation",
            Self::Font => "Font",
            Self::Log => "Log",
            Self::Drag => "Drag",
            Self::StyleDeclaration => "StyleDeclaration",
            Self::Selection => "Selection",
            Self::AdoptedStyleSheet => "AdoptedStyleSheet",
            Self::CustomElement => "CustomElement",
            Self::Other(number) => return Cow::Owned(format!("Other({number})")),
        })
    }
}

/// rrweb's `MouseInteractions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MouseInteraction {
    MouseUp,
    MouseDown,
    Click,
    ContextMenu,
    DblClick,
    Focus,
    Blur,
    TouchStart,
    TouchMoveDeparted,
    TouchEnd,
    TouchCancel,
}

impl MouseInteraction {
    /// Nothing for what this version does not know.
    pub(super) const fn from_number(number: i64) -> Option<Self> {
        Some(match number {
            0 => Self::MouseUp,
            1 => Self::MouseDown,
            2 => Self::Click,
            3 => Self::ContextMenu,
            4 => Self::DblClick,
            5 => Self::Focus,
            6 => Self::Blur,
            7 => Self::TouchStart,
            8 => Self::TouchMoveDeparted,
            9 => Self::TouchEnd,
            10 => Self::TouchCancel,
            _ => return None,
        })
    }
}

/// rrweb's `NodeType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeType {
    Document = 0,
    DocumentType = 1,
    Element = 2,
    Text = 3,
    CData = 4,
    Comment = 5,
}

impl NodeType {
    /// Nothing for what this version does not know.
    pub(super) const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Document,
            1 => Self::DocumentType,
            2 => Self::Element,
            3 => Self::Text,
            4 => Self::CData,
            5 => Self::Comment,
            _ => return None,
        })
    }

    pub(super) const fn number(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_types_keep_their_numbers_and_names() {
        for number in 0..=6 {
            let kind = EventType::from_number(number);
            assert_eq!(kind.number(), number);
            assert_eq!(EventType::from_name(&kind.name()), Some(kind));
        }
        assert_eq!(EventType::from_number(7).number(), 7);
        assert_eq!(EventType::from_name("Other(7)"), None);
    }

    #[test]
    fn node_types_keep_their_numbers() {
        for number in 0..=5 {
            assert_eq!(NodeType::from_number(number).map(NodeType::number), Some(number));
        }
        assert_eq!(NodeType::from_number(6), None);
    }
}
