//! Words with a special role in names: legal forms, numbers, short forms, variants of given names.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// Stands before a word that was recognised as a legal form; no name contains it.
pub(super) const LEGAL_MARK: char = '\u{1}';

fn set(text: &'static str) -> HashSet<&'static str> {
    text.split_whitespace().collect()
}

static TITLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    set(
        "mr mrs ms miss mister dr doctor prof professor sir madam mme mlle monsieur madame herr frau senor senora \
         sheikh shaikh shaykh sheik cheikh haji hajji hadji hajj mullah mulla maulavi mawlawi maulana alhaj alhaji \
         ayatollah hojjatoleslam imam qari ustad general gen colonel col lieutenant lt major maj captain capt \
         brigadier brig admiral adm commander cmdr president prasident presidente prezident minister premier \
         prince princess king queen lord lady his her excellency hon honorable sayyid sayyed sayed seyed seyyed \
         engineer ing eng dipl phd md esq jr sr ii iii iv marshal marschall chairman comrade pan pani",
    )
});

static PARTICLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    set(
        "al el ul ur as ad ar at az an ash ed es bin ben ibn bint binti binte bte ould uld wald abu abou umm \
         de del della delle di da das do dos du des la le las los lo van von der den dem het ter ten te zu zum zur \
         af av y e i und and of the st san santa oglu ogly qizi kizi kyzy zade",
    )
});

static ARTICLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    set("the of and und et y e i for fur de del la le les des du der die das di da do dos al el a an in")
});

static SHIP_PREFIXES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| set("mv mt ms ss mts fv mf my sv lng lpg"));

/// Marks of companies that somebody may have put behind a person's name.
static COMPANY_MARKS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    set("llc ltd limited inc incorporated corp corporation gmbh ag sa sarl plc ooo oao zao pao")
});

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    set(
        "company co companies corporation corp group holding holdings enterprise enterprises bank banque banco banka \
         trust fund foundation fonds institute institution center centre international intl global world worldwide \
         national state general trading trade trader traders commercial commerce industrial industry industries \
         industrie manufacturing services service systems system solutions technology technologies tech engineering \
         construction development investment investments invest capital finance financial management consulting \
         shipping maritime marine transport transportation logistics airlines airways aviation oil gas petroleum \
         energy power mining steel metal chemical chemicals petrochemical pharmaceutical import export \
         importexport organization organisation association society union committee council ministry department \
         office agency bureau authority administration government university academy factory plant works \
         shop store house market exchange money hawala business partners associates brothers sons \
         new north south east west central middle eastern western northern southern european europe asia asian \
         africa african america american arab arabia islamic islam iran iraq syria syrian russia russian china \
         chinese korea korean cuba cuban army forces military defense defence brigade battalion movement front \
         party charity charitable relief humanitarian research science sciences scientific design electric \
         electronics electronic telecommunications telecom communications communication media network security special offshore \
         first second united free people peoples public joint venture branch representative supply supplies \
         equipment machinery machine building products production produce food foods agricultural agriculture \
         medical health real estate property properties hotel hotels tourism travel insurance leasing project \
         projects cooperative complex combine concern consortium company kompaniya",
    )
});

/// One form for each kind of company, and how it is written. Words are in normal form, longest first.
const FORMS: &[(&str, &[&str])] = &[
    (
        "llc",
        &[
            "limited liability company",
            "limited liability co",
            "limited liability partnership",
            "obshchestvo s ogranichennoy otvetstvennostyu",
            "tovarystvo z obmezhenoiu vidpovidalnistiu",
            "tovaristvo z obmezhenoyu vidpovidalnistyu",
            "obshchestvo s ogranichennoi otvetstvennostiu",
            "druzhestvo s ogranichena otgovornost",
            "etaireia periorismenis efthynis",
            "obshchestvo s ogranichennoi otvetstvennostyu",
            "obshestvo s ogranichennoy otvetstvennostyu",
            "obschestvo s ogranichennoy otvetstvennostyu",
            "societatea cu raspundere limitata",
            "societe a responsabilite limitee",
            "sociedad de responsabilidad limitada",
            "societa a responsabilita limitata",
            "gesellschaft mit beschrankter haftung",
            "spolka z ograniczona odpowiedzialnoscia",
            "sp z oo",
            "spzoo",
            "s a r l",
            "s r l",
            "o o o",
            "d o o",
            "pty ltd",
            "pty limited",
            "pvt ltd",
            "private limited",
            "pte ltd",
            "co ltd",
            "co limited",
            "company limited",
            "l l c",
            "llc",
            "llp",
            "ltd",
            "limited",
            "ltda",
            "gmbh",
            "mbh",
            "ooo",
            "sarl",
            "srl",
            "doo",
            "tov",
            "too",
            "sro",
            "bv",
            "oy",
            "aps",
            "eood",
            "ood",
            "kft",
            "sia",
            "uab",
            "wll",
            "fzco",
            "fze",
            "fzc",
            "fzllc",
            "sdn bhd",
            "bhd",
            "pty",
            "pvt",
            "pte",
        ],
    ),
    (
        "plc",
        &[
            "open joint stock company",
            "public joint stock company",
            "closed joint stock company",
            "private joint stock company",
            "joint stock company",
            "joynt stock company",
            "joint stock co",
            "joint stock compan",
            "otkrytoe aktsionernoe obshchestvo",
            "publichnoe aktsionernoe obshchestvo",
            "zakrytoe aktsionernoe obshchestvo",
            "aktsionernoe obshchestvo",
            "aktsionernoe obschestvo",
            "publichne aktsionerne tovarystvo",
            "pryvatne aktsionerne tovarystvo",
            "aktsionerne tovarystvo",
            "publichne aktsionerne tovaristvo",
            "privatne aktsionerne tovaristvo",
            "aktsionerne tovaristvo",
            "prat",
            "akcionernoe obshestvo",
            "public limited company",
            "aktiengesellschaft",
            "aktiengeselschaft",
            "aktiebolag",
            "naamloze vennootschap",
            "societe anonyme",
            "sociedad anonima",
            "societa per azioni",
            "spolka akcyjna",
            "anonim sirketi",
            "ojsc",
            "pjsc",
            "cjsc",
            "jsc",
            "oao",
            "pao",
            "zao",
            "ao",
            "plc",
            "ag",
            "akg",
            "sa",
            "spa",
            "nv",
            "ab",
            "as",
            "asa",
            "oyj",
            "ad",
            "dd",
            "kk",
            "psc",
            "saog",
            "saoc",
        ],
    ),
    ("inc", &["incorporated", "inc", "corp", "corporation"]),
    ("ngo", &["avtonomnaya nekommercheskaya organizatsiya", "ano", "ev", "e v"]),
];

/// The words of a spelling, and its form.
type FormWords = (Vec<&'static str>, &'static str);

/// The spellings by their first word, the longest first.
static FORM_WORDS: LazyLock<HashMap<&'static str, Vec<FormWords>>> = LazyLock::new(|| {
    let mut all: HashMap<&str, Vec<FormWords>> = HashMap::new();
    for (form, spellings) in FORMS {
        for spelling in *spellings {
            let words: Vec<&str> = spelling.split(' ').collect();
            all.entry(words.first().copied().unwrap_or_default()).or_default().push((words, form));
        }
    }
    all.values_mut().for_each(|forms| forms.sort_by_key(|(words, _)| std::cmp::Reverse(words.len())));
    all
});

/// Replaces legal forms by one word each, marked. `corporation` is one only beside other words that name.
pub(super) fn legal_forms(words: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    let mut i = 0;
    while i < words.len() {
        let rest = words.get(i..).unwrap_or_default();
        let first = rest.first().and_then(|w| FORM_WORDS.get(w.as_str()));
        let found = first.into_iter().flatten().find(|(form, _)| {
            form.len() <= rest.len() && form.iter().zip(rest).all(|(a, b)| *a == b.as_str())
        });
        match found {
            // Words such as `as` and `ad` are forms only at an end of a name.
            Some((form, class))
                if form.len() > 1 || i == 0 || i + 1 == words.len() || form.iter().all(|w| w.len() > 2) =>
            {
                out.push(format!("{LEGAL_MARK}{class}"));
                i += form.len();
            }
            _ => {
                out.extend(rest.first().cloned());
                i += 1;
            }
        }
    }
    out
}

static UNITS: LazyLock<HashMap<&'static str, u32>> = LazyLock::new(|| {
    [
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("eleven", 11),
        ("twelve", 12),
        ("first", 1),
        ("1st", 1),
        ("second", 2),
        ("2nd", 2),
        ("third", 3),
        ("3rd", 3),
        ("fourth", 4),
        ("4th", 4),
        ("fifth", 5),
        ("5th", 5),
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fourty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
    ]
    .into()
});

/// Number words as digits: `forty four` is `44`, `1st` is `1`, `percenters` keeps its word.
pub(super) fn numbers(words: Vec<String>) -> Vec<String> {
    let value = |w: &String| UNITS.get(w.as_str()).copied();
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let Some(mut n) = value(&word) else {
            out.push(word);
            continue;
        };
        if n >= 20
            && let Some(next) = words.peek()
            && let Some(unit) = value(next).or_else(|| next.parse().ok())
            && (1..10).contains(&unit)
        {
            n += unit;
            words.next();
        }
        out.push(n.to_string());
    }
    out
}

/// Short forms of common words.
const SHORT: &[(&str, &str)] = &[
    ("intl", "international"),
    ("int", "international"),
    ("natl", "national"),
    ("mfg", "manufacturing"),
    ("mfrs", "manufacturing"),
    ("bros", "brothers"),
    ("univ", "university"),
    ("govt", "government"),
    ("gov", "government"),
    ("dept", "department"),
    ("assn", "association"),
    ("assoc", "association"),
    ("org", "organization"),
    ("organisation", "organization"),
    ("inst", "institute"),
    ("eng", "engineering"),
    ("engg", "engineering"),
    ("ind", "industries"),
    ("inds", "industries"),
    ("ent", "enterprises"),
    ("co", "company"),
    ("comp", "company"),
    ("grp", "group"),
    ("comm", "communication"),
    ("communications", "communication"),
    ("srvces", "services"),
    ("srvcs", "services"),
    ("srvs", "services"),
    ("svc", "services"),
    ("mgmt", "management"),
    ("mgt", "management"),
    ("hldg", "holding"),
    ("hldgs", "holding"),
    ("holdings", "holding"),
    ("trdg", "trading"),
    ("constr", "construction"),
    ("dev", "development"),
    ("inv", "investment"),
    ("investments", "investment"),
    ("corpn", "corporation"),
    ("transp", "transport"),
    ("svcs", "services"),
    ("tech", "technology"),
    ("technologies", "technology"),
    ("telecom", "telecommunications"),
    ("defence", "defense"),
    ("centre", "center"),
];

pub(super) fn abbreviations(mut words: Vec<String>) -> Vec<String> {
    if words.len() > 1 {
        for word in &mut words {
            if let Some((_, long)) = SHORT.iter().find(|(short, _)| short == word) {
                *word = (*long).to_owned();
            }
        }
    }
    words
}

pub(super) fn is_title(word: &str) -> bool {
    TITLES.contains(word)
}

pub(super) fn is_particle(word: &str) -> bool {
    PARTICLES.contains(word)
}

pub(super) fn is_article(word: &str) -> bool {
    ARTICLES.contains(word)
}

pub(super) fn is_common(word: &str) -> bool {
    COMMON.contains(word)
}

pub(super) fn is_ship_prefix(word: &str) -> bool {
    SHIP_PREFIXES.contains(word)
}

pub(super) fn is_company_mark(word: &str) -> bool {
    COMPANY_MARKS.contains(word)
}

/// Forms of the same given name, by word; the groups are numbered.
static NICKNAMES: LazyLock<HashMap<String, Vec<u16>>> = LazyLock::new(|| {
    // The same list that holds a document's name against a declared one.
    let text = include_str!("../../../core/src/compare/nicknames.txt");
    let mut groups: HashMap<String, Vec<u16>> = HashMap::new();
    for (number, line) in (0..).zip(text.lines().filter(|l| !l.starts_with('#'))) {
        for word in line.split_whitespace() {
            groups.entry(word.to_ascii_lowercase()).or_default().push(number);
        }
    }
    groups
});

/// The groups of a given name, for an index.
pub(crate) fn nickname_groups(word: &str) -> &'static [u16] {
    NICKNAMES.get(word).map_or(&[], Vec::as_slice)
}
