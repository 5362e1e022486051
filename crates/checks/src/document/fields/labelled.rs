//! Values by the labels beside or above them.

use bonafide_core::document::{DocumentType, Field, FieldName};

use super::{
    items::{Item, Place},
    labels::Label,
    page::{ADDRESS_PARTS, Page, has_address},
};

/// A label, or several of one field side by side (in two or three languages).
struct Group {
    field: FieldName,
    item: usize,
    /// Characters of the line.
    from: usize,
    to: usize,
    place: Place,
    quality: f64,
    /// Nothing but labels follows in its line.
    bare: bool,
    /// The line may be a value as a whole, see [`Page::is_value`].
    doubtful: bool,
    /// See [`Label::open`](super::labels::Label::open).
    open: bool,
}

/// A piece of text that may be a value.
struct Piece {
    item: usize,
    from: usize,
    to: usize,
    place: Place,
    /// The group right before it in its line.
    after: Option<usize>,
    /// A whole line with a label in it.
    whole: bool,
}

/// A value for a label.
struct Candidate {
    score: f64,
    /// What decides which of two pairs is taken first.
    rank: f64,
    group: usize,
    field: FieldName,
    value: String,
    item: usize,
    from: usize,
    to: usize,
}

/// Least score of a pair of label and value.
const MIN: f64 = 0.4;
/// What a whole line with a label in it is worth as a value, and what a label is worth in such a line.
const WHOLE: f64 = 0.9;
const DOUBTFUL: f64 = 0.75;

impl Page<'_> {
    /// Finds a value for every label, the closest pairs first.
    pub(super) fn labelled(&mut self, kind: DocumentType) {
        let (mut groups, pieces) = self.groups(kind);
        resolve(&mut groups);
        // A passport has one number, and its label is misread now and then.
        if kind == DocumentType::Passport {
            groups.iter_mut().filter(|g| g.field == FieldName::RefNumber).for_each(|g| {
                g.field = FieldName::DocumentNumber;
                g.quality *= 0.6;
            });
        }
        let mut candidates: Vec<Candidate> = vec![];
        for (g, group) in groups.iter().enumerate() {
            for piece in &pieces {
                let Some(near) = closeness(g, group, piece) else { continue };
                candidates.extend(self.candidate(g, group, piece, near));
            }
        }
        candidates.sort_by(|a, b| b.rank.total_cmp(&a.rank));
        for c in candidates {
            // A label inside what was taken for a value is none.
            let eaten = groups.get(c.group).is_some_and(|g| self.is_taken(g.item, g.from, g.to));
            let known = self.found.contains_key(&c.field) || eaten;
            if !known && !self.is_taken(c.item, c.from, c.to) {
                let line = self.items.get(c.item).map_or(1.0, |i| i.line.confidence.max(0.01));
                self.set(c.field, c.value, c.item, c.from, c.to, c.score / line);
            }
        }
        self.split_full_name();
    }

    /// `LIN, MEI-HUA`: the comma ends the surname.
    fn split_full_name(&mut self) {
        let Some(full) = self.found.get(&FieldName::FullName).cloned() else { return };
        let Some((last, first)) = full.value.split_once(',') else { return };
        for (field, part) in [(FieldName::LastName, last), (FieldName::FirstName, first)] {
            if let Some(value) = super::values::name(part) {
                let confidence = full.confidence * 0.95;
                self.found.entry(field).or_insert_with(|| Field { value, confidence, ..full.clone() });
            }
        }
    }

    /// The value of the group's field in a piece, with its score.
    fn candidate(&self, g: usize, group: &Group, piece: &Piece, near: f64) -> Option<Candidate> {
        let item = self.items.get(piece.item)?;
        let text: String = item.line.text.chars().take(piece.to).skip(piece.from).collect();
        if piece.whole {
            // A caption whose first half was misread is no value of the caption above it, its translation.
            let caption = item.labels.iter().any(|l| l.field == Some(group.field))
                && item.line.text.contains(char::is_lowercase);
            if caption || !(group.bare && near > 0.85 && takes_words(group.field)) {
                return None;
            }
        }
        let value = self.value_with(group.field, &text, piece.whole)?;
        let score = near * value.form * item.line.confidence * (0.5 + 0.5 * group.quality);
        let score = if piece.whole { WHOLE * score } else { score };
        (score >= MIN).then(|| Candidate {
            score,
            rank: if group.doubtful { DOUBTFUL * score } else { score },
            group: g,
            field: group.field,
            value: value.text,
            item: piece.item,
            from: piece.from + value.from,
            to: piece.from + value.to,
        })
    }

    /// Whether a line with a label in it may be a value as a whole: one word of it, printed like the others, is a
    /// label elsewhere. `VAN DER BERG` and `PAGE` are names, `QUEZON CITY` is a place, `DD5124352` a number.
    pub(super) fn is_value(&self, item: &Item<'_>) -> bool {
        use FieldName as F;
        let (folded, text) = (&item.folded, item.line.text.as_str());
        let [label] = item.labels[..] else { return false };
        let word = !(label.from + 1..label.to).any(|i| folded.starts_word(i));
        let noun = matches!(label.field, Some(F::City | F::State | F::IssuingAuthority));
        let rest = folded.letters.len() - (label.to - label.from);
        let shouted = !text.contains(char::is_lowercase);
        let capital = |w: &str| w.starts_with(char::is_uppercase) && w.contains(char::is_lowercase);
        if label.edits > 0
            || !word
            || !noun && label.to - label.from > 5
            || rest < 2
            || folded.bilingual
            || folded.ends_in_colon(label.to)
            || !shouted && !text.split_whitespace().all(capital)
        {
            return false;
        }
        // `HGT 182` is what it looks like.
        let closed = |field| {
            let words = takes_words(field) || matches!(field, F::RefNumber | F::City | F::State | F::Street);
            let after = text.chars().skip(folded.char_after(label.to)).collect::<String>();
            !words && self.value(field, &after).is_some()
        };
        !label.field.is_some_and(closed)
    }

    /// Cuts every line at its labels.
    fn groups(&self, kind: DocumentType) -> (Vec<Group>, Vec<Piece>) {
        let (mut groups, mut pieces): (Vec<Group>, Vec<Piece>) = (vec![], vec![]);
        // Where the holder lives stands on a few passports, in one line.
        let read = |f: FieldName| has_address(kind) || f == FieldName::Street || !ADDRESS_PARTS.contains(&f);
        for (i, item) in self.items.iter().enumerate() {
            let end = item.line.text.chars().count();
            let mut at = 0;
            let mut after = None;
            let doubtful = self.is_value(item);
            if doubtful {
                let whole = Piece { item: i, from: 0, to: end, place: item.place, after: None, whole: true };
                pieces.push(whole);
                // The number before `1. VAN DER BERG` says what it is, and some labels have no value that is read.
                let value = |l: &Label| {
                    l.from > 0 && kind == DocumentType::DriverLicense || !l.field.is_some_and(read)
                };
                if item.labels.first().is_some_and(value) {
                    continue;
                }
            }
            let piece = |from: usize, to: usize, after: Option<usize>, pieces: &mut Vec<Piece>| {
                let text: String = item.line.text.chars().take(to).skip(from).collect();
                // Letters that follow a label without a space are a part of it that was misread.
                let letter = text.chars().next().is_some_and(|c| c.is_alphabetic() && c != 'º' && c != 'ª');
                if after.is_some() && letter {
                    return;
                }
                // "(A-M-J)" and "(cm)" explain the label.
                let skip = match text.split_once(')') {
                    Some((a, _)) if after.is_some() && a.trim_start().starts_with('(') => {
                        a.chars().count() + 1
                    }
                    _ => 0,
                };
                if text.chars().skip(skip).any(char::is_alphanumeric) {
                    let from = from + skip;
                    let place = item.part(from, to);
                    pieces.push(Piece { item: i, from, to, place, after, whole: false });
                }
            };
            for label in &item.labels {
                let (from, to) = (item.folded.char_at(label.from), item.folded.char_after(label.to));
                // A field's number before its label is no value, and neither is a label that was misread so
                // badly that only its translation is known.
                let lead: String = item.line.text.chars().take(from).skip(at).collect();
                let translation =
                    lead.trim_end().ends_with('/') && !lead.contains(|c: char| c.is_ascii_digit());
                let start = if at == 0 && item.folded.leads(label.from) || translation {
                    at
                } else {
                    // `QUEZON` is no value without its `CITY`, nor is the misread half of a caption in two languages.
                    if !(doubtful && label.to == item.folded.letters.len()) {
                        piece(at, from, after, &mut pieces);
                    }
                    from
                };
                at = to;
                let Some(field) = label.field.filter(|f| read(*f)) else {
                    after = None;
                    continue;
                };
                match groups.last_mut() {
                    // The same label in another language.
                    Some(last)
                        if last.item == i && last.field == field && start.saturating_sub(last.to) <= 4 =>
                    {
                        last.to = to;
                        last.place.right = item.part(from, to).right;
                        last.quality = last.quality.max(label.quality());
                        last.open &= label.open;
                    }
                    // "Surname, given names" stand over all names.
                    Some(last)
                        if last.item == i
                            && !(last.open && label.open)
                            && together(last.field, field)
                            && from.saturating_sub(last.to) <= 4 =>
                    {
                        last.field = FieldName::FullName;
                        last.to = to;
                        last.place.right = item.part(from, to).right;
                        last.open = false;
                    }
                    _ => groups.push(Group {
                        field,
                        item: i,
                        from: start,
                        to,
                        place: item.part(start, to),
                        // `No` and `ID No` stand for other numbers too where a longer label stands elsewhere.
                        quality: label.quality() * if label.to - label.from <= 5 { 0.8 } else { 1.0 },
                        open: label.open,
                        bare: true,
                        doubtful,
                    }),
                }
                after = Some(groups.len() - 1);
            }
            piece(at, end, after, &mut pieces);
        }
        for after in pieces.iter().filter_map(|p| p.after) {
            groups.get_mut(after).into_iter().for_each(|g| g.bare = false);
        }
        (groups, pieces)
    }
}

/// Fields whose values are any words, or numbers with letters: what is a label elsewhere may stand in them.
fn takes_words(field: FieldName) -> bool {
    use FieldName as F;
    matches!(
        field,
        F::LastName
            | F::FirstName
            | F::MiddleName
            | F::FullName
            | F::BirthName
            | F::MarriedName
            | F::BirthPlace
            | F::IssuePlace
            | F::IssuingAuthority
            | F::DocumentNumber
    )
}

fn together(a: FieldName, b: FieldName) -> bool {
    use FieldName::{FirstName, FullName, LastName};
    matches!((a, b), (LastName, FirstName) | (FirstName, LastName) | (FullName, FirstName | LastName))
}

/// Says what the open labels mean: `Name` beside a label of the given names is the surname, beside one of the
/// surname the given names, alone all names.
fn resolve(groups: &mut [Group]) {
    use FieldName::{FirstName, FullName, LastName};
    let any = |field, open| groups.iter().any(|g| g.field == field && g.open == open);
    let (last, first) = (any(LastName, false), any(FirstName, false));
    let pair = any(LastName, true) && any(FirstName, true);
    for group in groups.iter_mut().filter(|g| g.open) {
        group.field = match (last, first) {
            (true, false) => FirstName,
            (false, true) => LastName,
            (false, false) if !pair => FullName,
            _ => group.field,
        };
    }
}

/// How well a piece lies to be the value of a label, 0..1; `None` when it lies elsewhere.
fn closeness(g: usize, group: &Group, piece: &Piece) -> Option<f64> {
    if piece.item == group.item {
        // The rest of the line, up to the next label.
        return (piece.after == Some(g) && piece.from >= group.from).then_some(1.0);
    }
    // What stands behind another label is that label's.
    if piece.after.is_some() {
        return None;
    }
    let (label, value) = (group.place, piece.place);
    let height = label.height.max(value.height);
    let (down, gap) = ((value.middle - label.middle) / height, (value.left - label.right) / height);
    if down.abs() < 0.5 && gap > -0.7 && gap < 9.0 {
        return Some(0.96 - 0.02 * f64::from(gap.max(0.0)) - 0.1 * f64::from(down.abs()));
    }
    let aside = (value.left - label.left) / height;
    let over = value.right.min(label.right) - value.left.max(label.left);
    let aligned = aside.abs() < 3.0 || over > 0.6 * (value.right - value.left);
    if !aligned || over < -height || !(0.35..3.4).contains(&down) {
        return None;
    }
    let near = 0.97 - 0.12 * f64::from((down - 1.0).max(0.0)) - 0.03 * f64::from(aside.abs().min(6.0));
    Some(near.max(0.3))
}
