use super::*;

const SALT: [u8; 16] = *b"0123456789abcdef";

fn url(raw: &str) -> String {
    let mut out = Vec::new();
    Pseudonyms::new(SALT).url(raw.as_bytes(), &mut out);
    String::from_utf8(out).unwrap()
}

/// With the hashes left out.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('~') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match read::parse(rest) {
            Some((one, end)) => {
                out.push_str(&format!(
                    "<{}{} {} {} {}>",
                    one.form.letter(),
                    one.kind.word(),
                    one.length,
                    one.bits,
                    one.hashes().count()
                ));
                rest = &rest[end..];
                rest = rest.strip_prefix('~').unwrap_or(rest);
            }
            None => {
                out.push('~');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

#[test]
fn smoke() {
    println!(
        "{}",
        bare(&url(
            "https://a.example/p?email=Jo%40a.example&cid=1234567890.1609459200&v=2&dl=https%3A%2F%2Fb.example%2Fx%3Fuid%3D550e8400-e29b-41d4-a716-446655440000"
        ))
    );
    let mut p = Pseudonyms::new(SALT);
    println!("{:?}", p.header(Direction::Sent, "Cookie", "_ga=GA1.2.1234567890.1609459200; a=1; lang=en; t=dark_mode"));
    println!(
        "{}",
        p.body(br#"{"event":"PageView","user":{"em":"jo@a.example","age":41},"n":[1,"abc"]}"#, "application/json")
    );
}
