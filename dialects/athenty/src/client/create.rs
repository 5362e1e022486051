//! `POST /v2/api/clients`

use axum::extract::State;
use bonafide_core::client::MemberType;
use bonafide_engine::{
    Engine,
    clients::{self, Content, Details},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Client;

/// Where a client is from when nobody says.
const COUNTRY: &str = "CA";

/// What is said of a client. An empty text is as good as none.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClientFields {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    name_first: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    name_last: Option<Option<String>>,
    /// Of a business.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    business_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = IdnEmail, max_length = 254)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 40)]
    phone: Option<Option<String>>,
    /// What your own systems call this client.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 255)]
    external_id: Option<Option<String>>,
    /// `individual` when absent.
    member_type: Option<MemberType>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    address_line1: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    address_line2: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 100)]
    city: Option<Option<String>>,
    /// Province or state.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 100)]
    region: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 20)]
    postal_code: Option<Option<String>>,
    /// ISO 3166-1 alpha-2; `CA` when absent.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{2}$", example = "CA")]
    country: Option<Option<String>>,
    /// Anything of your own; at most 65,536 bytes.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Option<Map<String, Value>>>,
}

/// A member that may be there and null.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

impl ClientFields {
    /// Sets what is there; null clears.
    pub(super) fn apply(self, to: &mut Content) {
        fn set(field: &mut Option<String>, given: Option<Option<String>>) {
            if let Some(given) = given {
                *field = given;
            }
        }
        let details = &mut to.details;
        set(&mut details.name_first, self.name_first);
        set(&mut details.name_last, self.name_last);
        set(&mut details.business_name, self.business_name);
        set(&mut details.email, self.email);
        set(&mut details.phone, self.phone);
        set(&mut details.external_id, self.external_id);
        set(&mut details.address_line1, self.address_line1);
        set(&mut details.address_line2, self.address_line2);
        set(&mut details.city, self.city);
        set(&mut details.region, self.region);
        set(&mut details.postal_code, self.postal_code);
        set(&mut details.country, self.country);
        if let Some(member_type) = self.member_type {
            to.member_type = member_type;
        }
        if let Some(metadata) = self.metadata {
            to.metadata = metadata.unwrap_or_default();
        }
    }
}

/// Create a client
///
/// A record of a person or business, which requests can name by `clientId`. Nothing is required of it.
#[operation(post, "/v2/api/clients", tag = "Clients", id = "createClient", scope = "verifications:write")]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Json(fields): Json<ClientFields>,
) -> Result<Created<Client>> {
    let details = Details { country: Some(COUNTRY.to_owned()), ..Details::default() };
    let mut content = Content { details, ..Content::default() };
    fields.apply(&mut content);
    Ok(Created(Client::of(clients::create(&engine, &caller, content).await?)))
}
