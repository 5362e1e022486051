//! `#[operation(…)]`: the one line that says where a handler is found and what it asks of its caller.
//!
//! ```text
//! #[operation(post, "/idv/session/create", tag = "IDV", id = "idv_session_create", scope = "verifications:write")]
//! #[operation(delete, "/console/keys/{id}", tag = "Keys", id = "key_revoke", scope = "keys", params(("id" = String, Path)))]
//! #[operation(post, "/idv/sdk/finalize", …, scope = "verifications:write", or = "capture", cost = 5, at_once = 256)]
//! ```
//!
//! `or` is the scope of capture tokens, where a person's device may ask for its own session as well. `cost`, `at_once` (how many
//! of these one caller may have open; a person's device never more than four) and `max_body` (in bytes, where the usual is too
//! little) are published as `x-…`, and so is `impersonal = true`: the answer has no personal data, whatever was opened for it, so
//! that reading it is no line of the audit log.
//!
//! It becomes a `#[utoipa::path]`. The answer of success is read off the return type: `Json<T>` is 200, `Created<T>` 201,
//! `NoContent` 204. An operation with another answer names it: `responses(…)`, as utoipa has it. `params(…)` and
//! `request_body(…)` are handed on as they are, too. Refusals are not written here: `bonafide_http` adds them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    GenericArgument, Ident, ItemFn, Lit, LitStr, PathArguments, ReturnType, Token, Type,
    parse::{Parse, ParseStream, Result},
    parse_macro_input,
};

/// The name of a credential's scheme that the dialect fills in.
const SCHEME: &str = "caller";

#[proc_macro_attribute]
pub fn operation(
    arguments: proc_macro::TokenStream,
    handler: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    let operation = parse_macro_input!(arguments as Operation);
    let handler = parse_macro_input!(handler as ItemFn);
    match operation.document(&handler.sig.output) {
        Ok(document) => quote! { #[::utoipa::path(#document)] #handler }.into(),
        Err(error) => error.to_compile_error().into(),
    }
}

/// What stands in the brackets.
struct Operation {
    /// `post`, or several: `method(post, put)`.
    method: TokenStream,
    path: LitStr,
    tag: Option<LitStr>,
    id: Option<LitStr>,
    scope: Option<LitStr>,
    /// The credential's scheme, where it is not the one that the dialect has for all.
    scheme: Option<LitStr>,
    /// What lets in instead of the scope: that of capture tokens.
    or: Option<LitStr>,
    /// Published as extensions, by their names: one beside `x-max-body` alone, which moves to the body's description. The
    /// order of several would not be the same in every build of the document.
    extensions: Vec<(&'static str, Lit)>,
    /// `params(…)`, `request_body(…)`.
    as_they_are: Vec<TokenStream>,
    responses: Option<TokenStream>,
}

impl Parse for Operation {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let method: Ident = input.parse()?;
        let method = if method == "method" {
            let several = group(input)?;
            quote! { method(#several) }
        } else {
            quote! { #method }
        };
        input.parse::<Token![,]>()?;
        let path = input.parse()?;
        let (tag, id, scope, scheme, or, responses) = Default::default();
        let (extensions, as_they_are) = Default::default();
        let mut operation =
            Self { method, path, tag, id, scope, scheme, or, extensions, as_they_are, responses };
        while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let key: Ident = input.parse()?;
            match key.to_string().as_str() {
                "tag" => operation.tag = Some(value(input)?),
                "id" => operation.id = Some(value(input)?),
                "scope" => operation.scope = Some(value(input)?),
                "scheme" => operation.scheme = Some(value(input)?),
                "or" => operation.or = Some(value(input)?),
                "cost" => operation.extensions.push(("x-cost", value(input)?)),
                "at_once" => operation.extensions.push(("x-at-once", value(input)?)),
                "max_body" => operation.extensions.push(("x-max-body", value(input)?)),
                "impersonal" => operation.extensions.push(("x-impersonal", value(input)?)),
                "responses" => operation.responses = Some(group(input)?),
                "params" | "request_body" => {
                    let inside = group(input)?;
                    operation.as_they_are.push(quote! { #key(#inside) });
                }
                _ => {
                    let known = "tag, id, scope, scheme, or, cost, at_once, max_body, impersonal, params(…), \
                                 request_body(…) or responses(…)";
                    return Err(syn::Error::new(key.span(), format!("expected {known}")));
                }
            }
        }
        Ok(operation)
    }
}

fn value<T: Parse>(input: ParseStream<'_>) -> Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn group(input: ParseStream<'_>) -> Result<TokenStream> {
    let inside;
    syn::parenthesized!(inside in input);
    inside.parse()
}

impl Operation {
    /// The same for utoipa.
    fn document(&self, output: &ReturnType) -> Result<TokenStream> {
        let Self { method, path, as_they_are, .. } = self;
        let mut document = quote! { #method, path = #path };
        if let Some(tag) = &self.tag {
            document.extend(quote! { , tag = #tag });
        }
        if let Some(id) = &self.id {
            document.extend(quote! { , operation_id = #id });
        }
        if let Some(scope) = &self.scope {
            let scheme = self.scheme.as_ref().map_or_else(|| SCHEME.to_owned(), LitStr::value);
            // A scheme is called as its scope is.
            let or = self.or.iter().map(|or| quote! { , (#or = [#or]) });
            document.extend(quote! { , security((#scheme = [#scope]) #(#or)*) });
        }
        if !self.extensions.is_empty() {
            let all = self.extensions.iter().map(|(name, value)| quote! { (#name = json!(#value)) });
            document.extend(quote! { , extensions(#(#all),*) });
        }
        if self.extensions.iter().filter(|(name, _)| *name != "x-max-body").count() > 1 {
            return Err(syn::Error::new(
                self.path.span(),
                "an operation has one of cost, at_once and impersonal",
            ));
        }
        document.extend(quote! { #(, #as_they_are)* });
        let responses = match &self.responses {
            Some(responses) => responses.clone(),
            None => success(output)?,
        };
        document.extend(quote! { , responses(#responses) });
        Ok(document)
    }
}

/// The answer of success, by what the handler returns.
fn success(output: &ReturnType) -> Result<TokenStream> {
    let ReturnType::Type(_, returned) = output else {
        return Err(syn::Error::new_spanned(output, "an operation answers something"));
    };
    let (name, inside) = generic(returned);
    let (name, inside) = match inside {
        Some(inside) if name == "Result" => generic(inside),
        inside => (name, inside),
    };
    match (name.as_str(), inside) {
        ("Json", Some(body)) => Ok(quote! { (status = 200, body = #body) }),
        ("Created", Some(body)) => Ok(quote! { (status = 201, body = #body) }),
        ("NoContent", _) => Ok(quote! { (status = 204) }),
        _ => Err(syn::Error::new_spanned(
            returned,
            "the answer is none of Json<T>, Created<T> and NoContent: say what it is with responses(…)",
        )),
    }
}

/// The last word of a type and what stands first in its angle brackets.
fn generic(of: &Type) -> (String, Option<&Type>) {
    let Type::Path(path) = of else { return Default::default() };
    let Some(last) = path.path.segments.last() else { return Default::default() };
    let inside = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.first(),
        _ => None,
    };
    let inside = inside.and_then(|argument| match argument {
        GenericArgument::Type(inside) => Some(inside),
        _ => None,
    });
    (last.ident.to_string(), inside)
}
