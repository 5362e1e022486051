//! XML, one entry at a time.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::Refused;

/// An element with its text and children.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    pub(super) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// All of a name, however deep.
    pub(super) fn within(&self, name: &str) -> Vec<&Element> {
        let mut found = vec![];
        for child in &self.children {
            if child.name == name {
                found.push(child);
            }
            found.extend(child.within(name));
        }
        found
    }

    /// The text of a child, tidied; empty where there is none.
    pub(super) fn get(&self, name: &str) -> String {
        self.child(name).map(|c| crate::entry::tidy(&c.text)).unwrap_or_default()
    }

    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }
}

/// Deepest nesting that is read: a published list has a handful of levels.
const MAX_DEPTH: usize = 32;

/// Calls `found` with each element of one of these names and the line it begins on; returns the root's
/// attributes. The whole file is read to its end, and an end that is missing is an error.
pub(super) fn each(
    file: &str,
    text: &str,
    names: &[&str],
    mut found: impl FnMut(u64, Element) -> Result<(), Refused>,
) -> Result<Element, Refused> {
    let mut reader = Reader::from_str(text);
    let mut stack: Vec<Element> = vec![];
    // Elements that are open but not kept: their names, outermost first.
    let mut open = 0usize;
    let (mut root, mut start_line) = (None, 0);
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    loop {
        let at = reader.buffer_position();
        let event = reader
            .read_event()
            .map_err(|e| Refused::new(file, lines.of(at), format!("not well-formed XML: {e}")))?;
        match event {
            Event::Start(start) => {
                if stack.len() + open > MAX_DEPTH {
                    return Err(Refused::new(file, lines.of(at), "nested too deeply for a list"));
                }
                let element = element(file, &start, || lines.of(at))?;
                if stack.is_empty() && !names.contains(&element.name.as_str()) {
                    root.get_or_insert(element);
                    open += 1;
                } else {
                    if stack.is_empty() {
                        start_line = lines.of(at);
                    }
                    stack.push(element);
                }
            }
            Event::Empty(start) => {
                let element = element(file, &start, || lines.of(at))?;
                match stack.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None if names.contains(&element.name.as_str()) => found(lines.of(at), element)?,
                    None => {}
                }
            }
            Event::Text(bytes) => {
                if let Some(element) = stack.last_mut() {
                    element.text.push_str(&bytes);
                }
            }
            Event::CData(bytes) => {
                if let Some(element) = stack.last_mut() {
                    element.text.push_str(&bytes);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(element) = stack.last_mut() {
                    element.text.push_str(&resolved(&reference));
                }
            }
            Event::End(_) => match stack.pop() {
                Some(element) => match stack.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => found(start_line, element)?,
                },
                None => open = open.saturating_sub(1),
            },
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
    if !stack.is_empty() || open > 0 {
        let end = lines.of(text.len() as u64);
        return Err(Refused::new(file, end, "the file ends in the middle of an entry: it is cut off"));
    }
    root.ok_or_else(|| Refused::new(file, 1, "there is no root element"))
}

fn element(file: &str, start: &BytesStart<'_>, line: impl FnOnce() -> u64) -> Result<Element, Refused> {
    let local = |name: &str| name.rsplit(':').next().unwrap_or(name).to_owned();
    let mut attributes = vec![];
    for attribute in start.attributes() {
        let Ok(attribute) = attribute else {
            return Err(Refused::new(file, line(), "an attribute is not well-formed"));
        };
        let value = quick_xml::escape::unescape(&attribute.value)
            .map_or_else(|_| attribute.value.to_string(), |v| v.into_owned());
        attributes.push((local(attribute.key.as_ref()), value));
    }
    Ok(Element { name: local(start.name().as_ref()), attributes, ..Element::default() })
}

/// `&amp;`, `&#233;` and the like; anything else is left out, since lists define no entities.
fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return c.to_string();
    }
    quick_xml::escape::resolve_predefined_entity(reference).unwrap_or_default().to_owned()
}

/// Line numbers of ever later places.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, position: u64) -> u64 {
        let to = (position as usize).min(self.text.len());
        if let Some(part) = self.text.get(self.at..to) {
            self.line += part.iter().filter(|b| **b == b'\n').count() as u64;
            self.at = to;
        }
        self.line
    }
}
