//! What a line of feeds.toml may hold that no message repeats: passwords, and addresses with users.

use crate::text::{is_unseen, latin_look_alike};

/// Parts of words that name a secret, in lower case.
const SECRET_WORDS: [&str; 12] = [
    "passw",
    "passe",
    "kennwort",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "credential",
    "api-key",
    "api_key",
    "парол",
    "құпия",
];

/// Names of keys, in ours and in other programs, whose value is the address of a database or may be.
const ADDRESS_KEYS: [&str; 6] = [
    "url",
    "listen-url",
    "listen_url",
    "uri",
    "dsn",
    "connection",
];

/// Whether a line that is not right may hold a secret that [`without_secrets`] does not find, because it need not
/// be TOML. A line that only looks so loses its excerpt, which costs little.
pub(super) fn may_hold_secret(line: &str) -> bool {
    let line = without_secrets(line).to_lowercase();
    let line: String = line.chars().filter(|&c| !is_unseen(c)).collect();
    names_secret(&line) || may_hold_user(&line) || {
        let latin = line.chars().map(|c| latin_look_alike(c).unwrap_or(c));
        !line.is_ascii() && names_secret(&latin.collect::<String>())
    }
}

fn names_secret(line: &str) -> bool {
    let mut words = line.split(|c: char| !c.is_alphabetic());
    SECRET_WORDS.iter().any(|word| line.contains(word))
        || words.any(|word| word == "pw" || word.ends_with("pass"))
}

/// Whether a line may hold the address of a database with user and password, in any notation.
fn may_hold_user(line: &str) -> bool {
    // Behind a star the user and the password are hidden already.
    let mut signs = line.match_indices('@');
    let has_user = signs.any(|(at, _)| !line[..at].ends_with('*'));
    let Some((key, value)) = line.split_once(['=', ':', ' ']) else {
        return has_user;
    };
    let quotes = |c: char| !c.is_alphanumeric();
    let (key, value) = (key.trim_matches(quotes), value.trim_start_matches(quotes));
    let is_plain = ["http://", "https://", "sqlite:"].iter();
    let is_plain = is_plain.into_iter().any(|scheme| value.starts_with(scheme));
    let is_address = ADDRESS_KEYS.contains(&key) && !is_plain;
    // `user:hush` and `host=db key=hush`; a scheme alone is no secret.
    let has_fields = value.contains('=') || value.replace("://", "").contains(':');
    has_user && (is_address || line.contains("://"))
        || is_address && has_fields && !line.contains("*@")
}

/// The same text with stars in the place of users and passwords in addresses, byte for byte.
pub(super) fn without_secrets(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, behind) = rest.split_at(at + "://".len());
        shown += before;
        let end = behind.find(|c: char| c.is_whitespace() || "\"'".contains(c));
        let secret = behind[..end.unwrap_or(behind.len())].rfind('@');
        let (secret, behind) = behind.split_at(secret.unwrap_or(0));
        shown.extend(std::iter::repeat_n('*', secret.len()));
        rest = behind;
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_passwords_of_addresses_are_hidden() {
        for (text, shown) in [
            (
                "url = 'postgres://reader:hush@db/news'",
                "url = 'postgres://***********@db/news'",
            ),
            (
                "url = 'mysql://ю:h@sh@db' # a@b",
                "url = 'mysql://*******@db' # a@b",
            ),
            (
                "url = 'https://dala.example/' # a@b",
                "url = 'https://dala.example/' # a@b",
            ),
            ("a = 'x://u@h' b = 'y://v@k'", "a = 'x://*@h' b = 'y://*@k'"),
            (
                "url = 'postgres://reader:hush@${",
                "url = 'postgres://***********@${",
            ),
        ] {
            assert_eq!(without_secrets(text), shown);
            assert_eq!(shown.len(), text.len());
        }
    }

    #[test]
    fn lines_that_may_hold_a_secret() {
        for line in [
            "user = \"a\" // password: hush",
            "Password: hush",
            "PASSWORD = \"hush\"",
            "pass = hush",
            "db_pass: hush",
            "раsswоrd = hush",
            "pass\u{200b}word hush",
            "Kennwort: hush",
            "pw = hush",
            "dbpass = hush",
            "passwort = \"hush\"",
            "пароль = hush",
            "Құпиясөз: hush",
            "api-key: hush",
            "url = postgres://u:hu sh@h/db",
            "url: postgres://u:hu\"sh@h/db",
            "postgres://u:hu sh@h/db",
            "url = host=db user=u PWD=hush",
            "url = host=db user=u key=hush",
            "url = u:hush@h/db",
            "\"url\": «u:hush/db»",
            "listen-url mysql://u:hu sh@h",
        ] {
            assert!(may_hold_secret(line), "{line}");
        }
        for line in [
            "path = «статьи»",
            "url = https://dala.example/",
            "url: 'https://dala.example/лента'",
            "url = dala.example",
            "url = postgres://reader:hush@db/news",
            "url = sqlite:news.db",
            "title = Dala # the compassionate paper",
            "items = 5O",
            "author = редакция@dala.example",
            "link = https://social.example/@dala",
        ] {
            assert!(!may_hold_secret(line), "{line}");
        }
    }
}
