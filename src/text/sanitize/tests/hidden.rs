use super::*;

#[test]
fn what_nobody_sees_goes_with_its_text() {
    check(&[
        ("<p>а<p hidden>б<p>в", "<p>а</p><p>в</p>"),
        ("<p>а</p><p hidden>б<div>в</div>г", "<p>а</p><div>в</div>г"),
        ("<p>а<p hidden>б</p>в", "<p>а</p>в"),
        ("<p>а <span hidden>б</p><p>в", "<p>а </p><p>в</p>"),
        (
            "<p>а <span style='display:none'>б<b>в</b></span> г</p>",
            "<p>а  г</p>",
        ),
        (
            "<div style='visibility:hidden'><div>а</div>б<p>в</div>г",
            "г",
        ),
        (
            "<ul><li hidden>а<ul><li>б</ul><li>в</ul>",
            "<ul><li>в</li></ul>",
        ),
        ("<dl><dt hidden>а<dd>б</dl>", "<dl><dd>б</dd></dl>"),
        (
            "<table><tr hidden><td>а<td>б<tr><td hidden>в<p>г</div><td>д</table>е",
            "<table><tbody><tr><td>д</td></tr></tbody></table>е",
        ),
        ("<table hidden><tr><td>а</p></td></table>б", "б"),
        ("<h2 hidden>а<h3>б</h3>", "<h3>б</h3>"),
        (
            "<div><section hidden>а</b></i></section>б</div>",
            "<div>б</div>",
        ),
        ("<b><p hidden>а</b>б</p></b>в", "<b></b>в"),
        ("<p hidden><script>'</p>'</script>а</p>б", "б"),
        ("<div hidden><!--more-->а", ""),
        ("<img hidden src=a><br style=display:none>а", "а"),
        ("<p aria-hidden=true>а</p>", "<p>а</p>"),
        ("<dialog>а</dialog><dialog open>б</dialog>", "<div>б</div>"),
        (
            "<details><summary>а</summary>б</details>",
            "<details><summary>а</summary>б</details>",
        ),
    ]);
}

#[test]
fn drawings_controls_and_settings_go_with_their_text() {
    check(&[
        (
            "а<svg><title>б</title><svg/><g><text>в</text></g></svg>г",
            "аг",
        ),
        ("а<svg><g>б<p>в</p>", "а<p>в</p>"),
        ("а<svg/>б", "аб"),
        ("<canvas>а<p>б</canvas>в", "в"),
        ("<template><template>а</template>б</template>в", "в"),
        ("<select><option>а<option>б</select>в", "в"),
        ("<textarea>а<p>б</textarea>в", "в"),
        ("<p>а<button>б<span>в</span></button>г</p>", "<p>аг</p>"),
        (
            "<form><label>а</label><input value=б><p>в</p></form>",
            "<div><p>в</p></div>",
        ),
        ("<label>а</label>", "а"),
        (
            "<p>а<o:p>&nbsp;</o:p></p><xml><w:View>б</w:View></xml><p><o:p/>в</p>",
            "<p>а</p><p>в</p>",
        ),
        ("<noscript><p>Включите скрипты</p></noscript>а", "а"),
    ]);
}

#[test]
fn leads_and_languages_see_nothing_hidden() {
    let markup = Markup::read(
        "<p style='display:none'>Прехедер</p><svg><text>x</text></svg><p>Река вскрылась.</p>",
    );
    let markup = markup.expect("little HTML");
    assert_eq!(markup.lead().as_str(), "Река вскрылась.");
    assert_eq!(markup.texts().collect::<String>(), "Река вскрылась.");
    let markup = Markup::read(
        "Река <pre>let <b>a</b></pre><code>b</code>и <math alttext='\\frac a b'><mi>a</mi></math>мост<math><mi>c</mi></math>",
    );
    let prose = markup.expect("little HTML").prose().collect::<String>();
    assert_eq!(prose, "Река и мост");
}

#[test]
fn blocks_never_run_together() {
    check(&[
        (
            "Итог<center>Важное</center>Дальше<address>ул. Абая</address>",
            "Итог<div>Важное</div>Дальше<div>ул. Абая</div>",
        ),
        (
            "<fieldset><legend>а</legend>б</fieldset>в",
            "<div><div>а</div>б</div>в",
        ),
        ("<p>а<option>б<option>в", "<p>а</p><p>б</p><p>в</p>"),
        ("<menu><li>а<li>б</menu>", "<ul><li>а</li><li>б</li></ul>"),
        ("<tr><td>а</td><td>б</td></tr>", "а б"),
        ("<hgroup><p>а</p></hgroup>б", "<div><p>а</p></div>б"),
    ]);
}

#[test]
fn marks_of_a_style_stay() {
    check(&[
        ("Цена <strike>500</strike> 600", "Цена <s>500</s> 600"),
        ("<del>а</del><s>б</s>", "<del>а</del><s>б</s>"),
        (
            "<span style='text-decoration: line-through'>а<span>б</span></span>в",
            "<s>а<span>б</span></s>в",
        ),
        (
            "<p style='text-decoration:line-through'>а</p>б",
            "<p><s>а</s></p>б",
        ),
        (
            "<p style='text-decoration:line-through'>а<p>б<div style='text-decoration:line-through'><div>в</div>г</div>д",
            "<p><s>а</s></p><p>б</p><div><s><div>в</div>г</s></div>д",
        ),
        (
            "<section><p style='text-decoration:line-through'>а</section>б",
            "<section><p><s>а</s></p></section>б",
        ),
        (
            "<p style='text-decoration:line-through'>а<h2 style='text-decoration:line-through'>б</h2>в<p hidden>г</p>д",
            "<p><s>а</s></p><h2><s>б</s></h2>вд",
        ),
        (
            "<p style='text-decoration:line-through'>а<div hidden>б</div>в",
            "<p><s>а</s></p>в",
        ),
        (
            "<span lang=kk style='font-weight:700;font-style:italic'>а</span>",
            "<b lang=\"kk\"><i>а</i></b>",
        ),
        (
            "<font style='text-decoration:line-through'>а</font>",
            "<s>а</s>",
        ),
        (
            "<b style='font-weight:normal'><p>а <b>б</b></p></b>",
            "<p>а <b>б</b></p>",
        ),
        (
            "<p><span style='font-weight:bold'>а</p><p><span>б</span>",
            "<p><b>а</b></p><p><b><span>б</span></b></p>",
        ),
    ]);
}

#[test]
fn a_formula_is_what_it_says() {
    check(&[
        (
            "<math alttext='x^2'><msup><mi>x</mi><mn>2</mn></msup></math>.",
            "x^2.",
        ),
        (
            "где <math><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>=</mo><mn>2</mn></math> тенге",
            "где a b = 2 тенге",
        ),
        (
            "<math><semantics><mi>a</mi><annotation encoding='application/x-tex'>\\a</annotation></semantics></math>",
            "a",
        ),
        (
            "<span class=katex><math><mi>a</mi></math><span class=katex-html aria-hidden=true>a</span></span>",
            "<span>a</span>",
        ),
        ("<math><mrow>a<p>б</p>", "a<p>б</p>"),
        (
            "где<math display=block><mi>a</mi></math>тенге",
            "где a тенге",
        ),
        ("<math alttext='x &lt; 2'/>.", "x &lt; 2."),
    ]);
}

/// What `clean` leaves of `html` in a tree that browsers would build, with every element ended: the judge
/// of where a hidden element ends.
fn ended(html: &str) -> String {
    let names = [
        "b", "div", "i", "li", "p", "span", "table", "tbody", "td", "tr", "ul", "h2", "dl", "dt",
        "dd",
    ];
    let mut builder = Builder::empty();
    builder
        .tags(names.into())
        .generic_attributes(["hidden"].into());
    builder.clean(html).to_string()
}

/// Elements whose end tag may be missing, some of them hidden, in lists, tables and paragraphs.
fn optional_ends() -> impl Strategy<Value = String> {
    let inline = [
        "<span>",
        "</span>",
        "<span hidden>",
        "<p>",
        "</p>",
        "<p hidden>",
        "а",
        "б",
        "в",
    ];
    let within = |start: &'static str, tags: &[&'static str], end: &'static str| {
        let tags = prop::sample::select([tags, &inline[..]].concat());
        prop::collection::vec(tags, 0..8)
            .prop_map(move |tags| [start, &tags.concat(), end].concat())
    };
    let groups = prop_oneof![
        within(
            "<ul><li>",
            &["<li>", "<li hidden>", "<ul hidden><li>г<li>г</ul>"],
            "</ul>"
        ),
        within("<dl><dt>", &["<dd>", "<dt hidden>", "<dd hidden>"], "</dl>"),
        within(
            "<table><tr><td>",
            &[
                "<td>",
                "<td hidden>",
                "</td><td>",
                "<tr><td>",
                "<tr hidden><td>",
                "<tbody hidden><tr><td>"
            ],
            "</table>",
        ),
        within(
            "",
            &[
                "<div>",
                "</div>",
                "<div hidden>",
                "<h2>г</h2>",
                "<h2 hidden>г</h2>"
            ],
            ""
        ),
    ];
    prop::collection::vec(groups, 0..4).prop_map(|groups| groups.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn hidden_elements_end_where_a_browser_ends_them(html in optional_ends()) {
        let text = |html: &str| {
            let markup = Markup::read(html).expect("little HTML");
            markup.texts().collect::<String>()
        };
        prop_assert_eq!(text(&html), text(&ended(&html)));
    }
}
