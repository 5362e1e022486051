//! Where a workflow sends its events.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod replace;

use std::collections::BTreeMap;

use bonafide_engine::workflows::{self, NewAction};
use serde::{Deserialize, Serialize};
use utoipa::{PartialSchema, ToSchema, openapi::Schema};

use super::{HeaderText, map_of};
use crate::{NAME, extract::Resource, webhooks::native::NATIVE};

pub(crate) const ACTION: Resource = Resource::new("wfa_", "action");

/// What an action does.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActionType {
    Webhook,
}

/// How messages are signed: in the header `Cko-Signature` is the HMAC-SHA256 of the body under the key, in hexadecimal digits.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
pub(crate) enum Method {
    #[serde(rename = "HMACSHA256")]
    HmacSha256,
}

/// In which format messages are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// That of workflows, signed with the action's key.
    #[default]
    Workflows,
    /// Shaped like CloudEvents, from `CkoIdvNotifier`. `Cko-Signature` is `{time}:{name of the key}:{signature}`: ECDSA over
    /// P-521 with SHA-512 of `{time}:{body}`, as DER in base64, by the key at `GET /workflows/signing-keys`. Taken with 200 or
    /// 201 within 10 seconds, and tried twice more.
    Native,
}

/// What messages are signed with.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SignatureBody {
    #[expect(dead_code, reason = "there is one")]
    #[schema(inline)]
    method: Method,
    /// Printable ASCII without a space.
    #[schema(min_length = 16, max_length = 256, pattern = "^[!-~]+$", example = "8V8x0dLK%AyD*DNS8JJr")]
    key: String,
}

/// Where events are sent.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ActionBody {
    #[expect(dead_code, reason = "there is one")]
    r#type: ActionType,
    /// https; http for networks that the operator allows.
    #[schema(max_length = 2048, example = "https://example.com/hooks")]
    url: String,
    /// Sent along with every message.
    #[serde(default)]
    #[schema(schema_with = header_map)]
    headers: BTreeMap<String, HeaderText>,
    /// When absent, a key is drawn; of an action that is replaced, it stays the same.
    signature: Option<SignatureBody>,
    /// `workflows` when absent.
    #[serde(default)]
    format: Format,
}

fn header_map() -> Schema {
    map_of(HeaderText::schema(), 20)
}

impl ActionBody {
    pub(super) fn read(self) -> NewAction {
        NewAction {
            dialect: match self.format {
                Format::Workflows => NAME,
                Format::Native => NATIVE,
            }
            .to_owned(),
            url: self.url,
            headers: self.headers.into_iter().map(|(name, HeaderText(value))| (name, value)).collect(),
            key: self.signature.map(|signature| signature.key),
        }
    }
}

/// What messages are signed with, as much of it as is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct Signature {
    #[schema(inline)]
    method: Method,
    #[schema(example = "8V8x0***************")]
    key: String,
}

/// Where events are sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Action {
    #[schema(example = "wfa_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    r#type: ActionType,
    url: String,
    /// Of their values the first five characters are shown.
    headers: BTreeMap<String, String>,
    signature: Signature,
    format: Format,
}

impl Action {
    pub(super) fn of(action: workflows::Action) -> Self {
        Self {
            id: ACTION.show(action.id),
            r#type: ActionType::Webhook,
            url: action.url,
            headers: action.headers,
            signature: Signature { method: Method::HmacSha256, key: action.key },
            format: if action.dialect == NATIVE { Format::Native } else { Format::Workflows },
        }
    }
}
