//! What requests of this API name: ids, each with the prefix of its resource.

use bonafide_core::id::{ClientId, Id};
use bonafide_engine::{Caller, Engine, Error, clients};
use bonafide_http::Result;

/// A kind of resource: what its ids begin with, and what it is called where it is not found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resource {
    prefix: &'static str,
    name: &'static str,
}

pub(crate) const APPLICANT: Resource = Resource { prefix: "aplt_", name: "applicant" };

impl Resource {
    pub(crate) const fn new(prefix: &'static str, name: &'static str) -> Self {
        Self { prefix, name }
    }

    /// The id that a path or a body says. What is no id of this kind is not found.
    pub(crate) fn read<T>(self, text: &str) -> Result<Id<T>> {
        let id = text.strip_prefix(self.prefix).and_then(|id| id.parse().ok());
        Ok(id.ok_or(Error::NotFound(self.name))?)
    }

    /// An id as answers give it.
    pub(crate) fn show<T>(self, id: Id<T>) -> String {
        format!("{}{id}", self.prefix)
    }
}

/// The applicant that a path names.
pub(crate) fn applicant_id(text: &str) -> Result<ClientId> {
    APPLICANT.read(text)
}

/// The applicant that a body refers to. As the vendor has it, one who is not known is a 404 and no wrong field.
pub(crate) async fn applicant(engine: &Engine, caller: &Caller, text: &str) -> Result<ClientId> {
    let id = applicant_id(text)?;
    let known = clients::exists(engine, caller, id).await?;
    Ok(known.then_some(id).ok_or(Error::NotFound(APPLICANT.name))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_its_prefix_and_no_other() {
        const ID: &str = "01kt1gw6g0fmj99z5sfwzpmy4a";
        let id = applicant_id(&format!("aplt_{ID}")).unwrap();
        assert_eq!(APPLICANT.show(id), format!("aplt_{ID}"));
        for wrong in [ID, "", "aplt_", "aplt_not_found", &format!("idv_{ID}"), &format!("aplt_{ID}0")] {
            let refused = applicant_id(wrong).unwrap_err();
            assert_eq!(refused.status.as_u16(), 404, "{wrong}");
        }
    }
}
