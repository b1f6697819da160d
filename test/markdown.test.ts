import assert from 'node:assert/strict'
import { test } from 'node:test'
import MarkdownIt from 'markdown-it'
import { createLines } from '../core/module/lines.ts'
import { scanMarkdown } from '../core/module/markdown.ts'

type Example = readonly [text: string, ...links: string[]]

const peer = new MarkdownIt('commonmark', { maxNesting: 1_000 }).enable('table')
peer.normalizeLink = (destination) => destination
peer.validateLink = () => true

function linksOf(text: string): string[] {
  return scanMarkdown(text).links.map(({ type, destination }) => `${type} ${destination}`)
}

function agree(examples: readonly Example[]): void {
  for (const [text, ...links] of examples) assert.deepEqual(linksOf(text), links, text)
}

test('inline links are read as the specification reads them', () => {
  agree([
    ['[link](/uri "title")', 'link /uri'],
    ['[](./target.md)', 'link ./target.md'],
    ['[link]()', 'link '],
    ['[link](<>)', 'link '],
    ['[link](/my uri)'],
    ['[link](</my uri>)', 'link /my uri'],
    ['[link](foo\nbar)'],
    ['[a](<b)c>)', 'link b)c'],
    ['[link](<foo\\>)'],
    ['[a](<b)c\n[a](<b)c>\n[a](<b>c)'],
    ['[link](\\(foo\\))', 'link (foo)'],
    ['[link](foo(and(bar)))', 'link foo(and(bar))'],
    ['[link](foo(and(bar))'],
    ['[link](<foo(and(bar)>)', 'link foo(and(bar)'],
    ['[link](foo\\)\\:)', 'link foo):'],
    ['[link](#fragment) [link](a.md#f?x=3)', 'link #fragment', 'link a.md#f?x=3'],
    ['[link](foo\\bar)', 'link foo\\bar'],
    ['[link](foo%20b&auml;&#35;&#x22;)', 'link foo%20bä#"'],
    ['[link]("title")', 'link "title"'],
    ['[link](/url "title \\"&quot;")', 'link /url'],
    ['[link](/url "title "and" title")'],
    ['[link](/url \'title "and" title\')', 'link /url'],
    ['[link](/url (title))', 'link /url'],
    ['[link](   /uri\n  "title"  )', 'link /uri'],
    ['[link] (/uri)'],
    ['[link [foo [bar]]](/uri)', 'link /uri'],
    ['[link] bar](/uri)'],
    ['[link [bar](/uri)', 'link /uri'],
    ['[link \\[bar](/uri)', 'link /uri'],
    ['\\[link](/uri) [link\\](/uri)'],
    ['[foo [bar](/uri)](/outer)', 'link /uri'],
    ['[foo *[bar [baz](/uri)](/uri)*](/uri)', 'link /uri'],
    ['[foo <bar attr="](baz)">'],
    ['[foo`](/uri)`'],
    ['[foo<https://example.com/?search=](uri)>', 'autolink https://example.com/?search=](uri)'],
  ])
})

test('images may hold links and stand in links, but no link holds a link through them', () => {
  agree([
    ['![foo](train.jpg)', 'image train.jpg'],
    ['![foo ![bar](/url)](/url2)', 'image /url', 'image /url2'],
    ['![foo [bar](/url)](/url2)', 'link /url', 'image /url2'],
    ['[![moon](moon.jpg)](/uri)', 'image moon.jpg', 'link /uri'],
    ['![[[foo](uri1)](uri2)](uri3)', 'link uri1', 'image uri3'],
    ['[![[a](1)](2)](3)', 'link 1', 'image 2'],
    ['\\![foo](a) !\\[foo](b)', 'link a'],
    ['My ![foo bar](/path/to/train.jpg  "title"   )', 'image /path/to/train.jpg'],
  ])
})

test('reference links take the destination of the first definition with their label', () => {
  agree([
    ['[foo][bar]\n\n[bar]: /url "title"', 'definition /url', 'link /url'],
    ['[foo][BaR]\n\n[bar]: /url', 'definition /url', 'link /url'],
    ['[ẞ]\n\n[SS]: /url', 'definition /url', 'link /url'],
    ['[Foo\n  bar]: /url\n\n[Baz][Foo bar]', 'definition /url', 'link /url'],
    ['[foo][]\n\n[foo]: /url', 'definition /url', 'link /url'],
    ['![foo]\n\n[foo]: /url', 'definition /url', 'image /url'],
    ['[foo] [bar]\n\n[bar]: /url', 'definition /url', 'link /url'],
    ['[foo]\n\n[foo]: first\n[foo]: second', 'definition first', 'link first', 'definition second'],
    ['[bar][foo\\!]\n\n[foo!]: /url', 'definition /url'],
    ['[foo][ref[]\n\n[ref[]: /uri'],
    ['[foo][ref\\[]\n\n[ref\\[]: /uri', 'definition /uri', 'link /uri'],
    ['[]\n\n[]: /uri'],
    ['[foo][bar][baz]\n\n[baz]: /url', 'definition /url', 'link /url'],
    ['[foo][bar][baz]\n\n[baz]: /url1\n[foo]: /url2', 'definition /url1', 'link /url1', 'definition /url2'],
    ['[foo](not a link)\n\n[foo]: /url1', 'definition /url1', 'link /url1'],
    ['[foo]()\n\n[foo]: /url1', 'link ', 'definition /url1'],
    ['[foo [bar](/uri)][ref]\n\n[ref]: /uri', 'link /uri', 'definition /uri', 'link /uri'],
    ['[foo`][ref]`\n\n[ref]: /uri', 'definition /uri'],
  ])
})

test('link reference definitions stand at the start of a paragraph and need no blank line behind', () => {
  agree([
    ["   [foo]: \n      /url  \n           'the title'  ", 'definition /url'],
    ['[foo]: <my url>\n\n[foo]', 'definition my url', 'link my url'],
    ['[foo]:\n\n[foo]'],
    ['[foo]: <>\n\n[foo]', 'definition ', 'link '],
    ['[foo]: <bar>(baz)\n\n[foo]'],
    ['[foo]: /url\\bar\\*baz "foo\\"bar\\baz"', 'definition /url\\bar*baz'],
    ['[foo]: /url "title" ok'],
    ['[foo]: /url\n"title" ok', 'definition /url'],
    ["[foo]: /url 'title\n\nwith blank line'\n\n[foo]"],
    ['    [foo]: /url\n\n[foo]'],
    ['```\n[foo]: /url\n```\n\n[foo]'],
    ['Foo\n[bar]: /baz\n\n[bar]'],
    ['# [Foo]\n[foo]: /url\n> bar', 'definition /url', 'link /url'],
    ['[foo]: /url\nbar\n===\n[foo]', 'definition /url', 'link /url'],
    ['[foo]: /url\n===\n[foo]', 'definition /url', 'link /url'],
    ['[foo]: /a "t"\n[bar]: /b\n  "t"\n[baz]: /c', 'definition /a', 'definition /b', 'definition /c'],
    ['[foo]\n\n> [foo]: /url', 'definition /url', 'link /url'],
    ['- [foo]\n\n  1. [foo]: /url', 'definition /url', 'link /url'],
  ])
})

test('autolinks are absolute addresses or mail addresses in angle brackets', () => {
  agree([
    ['<https://foo.bar/test?q=hello&id=22>', 'autolink https://foo.bar/test?q=hello&id=22'],
    ['<made-up-scheme://foo,bar>', 'autolink made-up-scheme://foo,bar'],
    ['<localhost:5001/foo>', 'autolink localhost:5001/foo'],
    ['<https://example.com/\\[\\>', 'autolink https://example.com/\\[\\'],
    ['<foo@bar.example.com>', 'autolink mailto:foo@bar.example.com'],
    ['<https://foo.bar/baz bim> <foo\\+@bar.example.com> <> < https://foo.bar > <m:abc> <foo.bar.baz>'],
    ['https://example.com foo@bar.example.com'],
  ])
})

test('nothing in code, raw HTML or HTML blocks is a link', () => {
  agree([
    ['`[a](b)` ``[a](b)` `` [c](d)', 'link d'],
    ['`foo [a](b)', 'link b'],
    ['`foo\\`[a](b)`', 'link b'],
    ['<a href="`">` [a](b)', 'link b'],
    ['`<a href="`">`[a](b)', 'link b'],
    ['x <!-- [a](b) --> <!--> [a](c) --> <?[a](d)?> <!X [a](e)> <![CDATA[[a](f)]]>', 'link c'],
    ['    [a](b)\n\n\t[a](c)'],
    ['~~~\n[a](b)\n```\n[a](c)\n~~~~\n[a](d)', 'link d'],
    ['``` a`b\n[a](c)', 'link c'],
    ['<div>\n[a](b)\n\n[a](c)\n</div>', 'link c'],
    ['<script>\n\n[a](b)\n</script>\n[a](c)', 'link c'],
    ['<!-- \n\n[a](b) -->\n[a](c)', 'link c'],
    ['<custom-tag>\n[a](b)\n\ntext\n<custom-tag>\n[a](c)', 'link c'],
  ])
})

test('quotes and list items decide what is a paragraph and what is code', () => {
  agree([
    ['> [a](b\n> "t")', 'link b'],
    ['> [a](b\nlazy)'],
    ['> [a\nlazy](b)', 'link b'],
    ['> ```\n[a](b)', 'link b'],
    ['>     [a](b)\n\n>    [a](c)', 'link c'],
    ['- a\n\n      [a](b)\n\n    [a](c)', 'link c'],
    ['1.  a\n\n        [a](b)\n\n    [a](c)', 'link c'],
    ['-\t\t[a](b)\n\n\t[a](c)', 'link c'],
    ['> 1. > [a](b)\ncontinued [c](d)', 'link b', 'link d'],
    ['The number is\n14. [a\n](b)', 'link b'],
    ['-\n\n  [a](b)\n-\n      [a](c)', 'link b'],
    ['- - - [a](b)\n\n          [a](c)', 'link b'],
    ['paragraph\n    [a](b)', 'link b'],
    ['[a\n***\n](b)'],
  ])
})

test('table cells are read one by one and a pipe after a backslash is a plain one', () => {
  agree([
    ['a | b\n--|--\n[x | y](z)\n[a\\|b](c\\|d) | `|` [e](f)', 'link c|d'],
    ['| a | b |\n|---|:-:|\n| `x` | [l](m) | [excess](n) |', 'link m'],
    ['[x | y](z)\n--|--|--', 'link z'],
    ['> | a |\n> |---|\n[b | c](d)', 'link d'],
    ['> [a\nb | c\n> --|--\n> ](d)', 'link d'],
  ])
})

test('code blocks, code spans and HTML blocks have exact ranges', () => {
  const text =
    'a `b` ``c\nd``\n\n> ~~~ js&amp; \\*\r\n> x\r\n> ~~~\r\n\r\n    in\r\n\r\n    dented\r\n\r\n<!-- x\n-->\ny\n\n```\nopen'
  const { codeBlocks, codeSpans, htmlBlocks } = scanMarkdown(text)
  const slice = ({ start, end }: { start: number; end: number }) => text.slice(start, end)
  assert.deepEqual(codeSpans.map(slice), ['b', 'c\nd'])
  assert.deepEqual(codeBlocks.map(slice), [
    '~~~ js&amp; \\*\r\n> x\r\n> ~~~',
    'in\r\n\r\n    dented',
    '```\nopen',
  ])
  assert.deepEqual(
    codeBlocks.map(({ info, fenced }) => [info, fenced]),
    [
      ['js& *', true],
      ['', false],
      ['', true],
    ],
  )
  assert.deepEqual(htmlBlocks.map(slice), ['<!-- x\n-->'])
  assert.deepEqual(scanMarkdown('> `a\n> `').codeSpans, [{ start: 3, end: 5 }])
})

test('headings have the text a reader sees, the line they begin in and the slug that GitHub gives them', () => {
  const text = [
    '---\nname: x\n---\n',
    '# The `heddle run` *command* #\n',
    '## Über [links](x.md) & ![image](y.png)<b>HTML</b>\n',
    '[a]: b\nSet _ext_\n  snake_case\n---\n',
    '## 🚀 Start!\n## Same\n## Same\n## Same-1\n## same\n',
    '#no heading\n\n####### nor this\n\n\\# nor that\n',
    '> ###### Quoted \\*stars\\* &copy;\n',
    '#\n',
  ].join('')
  const { headings } = scanMarkdown(text, text.indexOf('# The'))
  assert.deepEqual(
    headings.map(({ depth, text, slug, line }) => [depth, text, slug, line]),
    [
      [1, 'The heddle run command', 'the-heddle-run-command', 4],
      [2, 'Über links & HTML', 'über-links--html', 5],
      [2, 'Set ext snake_case', 'set-extsnake_case', 7],
      [2, '🚀 Start!', '-start', 10],
      [2, 'Same', 'same', 11],
      [2, 'Same', 'same-1', 12],
      [2, 'Same-1', 'same-1-1', 13],
      [2, 'same', 'same-2', 14],
      [6, 'Quoted *stars* ©', 'quoted-stars-', 20],
      [1, '', '', 21],
    ],
  )
})

test('nesting deeper than the limit is text, and links in it are still found', () => {
  const deep = '>'.repeat(5_000) + '[a](b)\n\n' + '- '.repeat(5_000) + '[c](d)\n\n[e](f)'
  assert.deepEqual(linksOf(deep), ['link b', 'link d', 'link f'])
  assert.deepEqual(
    linksOf(`[a](${'('.repeat(32)}${')'.repeat(32)}) [a](${'('.repeat(33)}${')'.repeat(33)})`).length,
    1,
  )
})

/** What the other reader sees, in the form in which `seen` gives ours. */
function seenByPeer(text: string): Record<string, unknown> {
  const links: string[] = []
  const code: string[] = []
  const headings: string[] = []
  const html: number[] = []
  let spans = 0
  const visit = (tokens: ReturnType<typeof peer.parse>): void => {
    for (const [index, token] of tokens.entries()) {
      const [start, end] = token.map ?? [0, 0]
      if (token.type === 'link_open') links.push(`link ${token.attrGet('href')}`)
      if (token.type === 'image') links.push(`image ${token.attrGet('src')}`)
      if (token.type === 'code_inline') spans++
      if (token.type === 'fence' || token.type === 'code_block') code.push(`${start + 1}-${end}`)
      if (token.type === 'html_block') html.push(start + 1)
      if (token.type === 'heading_open')
        headings.push(`${token.tag} ${start + 1} ${visible(tokens[index + 1]!.children)}`)
      if (token.children) visit(token.children)
    }
  }
  visit(peer.parse(text, {}))
  return { links: links.toSorted(), code, headings, html, spans }
}

function visible(tokens: ReturnType<typeof peer.parse> | null): string {
  const texts = (tokens ?? []).map(({ type, content }) => {
    if (type === 'softbreak' || type === 'hardbreak') return ' '
    return type === 'image' || type === 'html_inline' ? '' : content
  })
  return texts.join('').replace(/\s+/g, ' ').trim()
}

function seen(text: string): Record<string, unknown> {
  const { links, codeBlocks, codeSpans, headings, htmlBlocks } = scanMarkdown(text)
  const lines = createLines(text)
  const line = (offset: number): number => lines.place(offset).line
  const used = links.filter(({ type }) => type !== 'definition')
  return {
    links: used
      .map(({ type, destination }) => `${type === 'image' ? 'image' : 'link'} ${destination}`)
      .toSorted(),
    code: codeBlocks.map(({ start, end }) => `${line(start)}-${line(end)}`),
    headings: headings.map((heading) => `h${heading.depth} ${heading.line} ${heading.text}`),
    html: htmlBlocks.map(({ start }) => line(start)),
    spans: codeSpans.length,
  }
}

/** Block starts; an indented line comes after a blank one, and so does what follows a definition: see `hostileText`. */
const starts = [
  '¦¦¦¦> ¦>¦- ¦* ¦1. ¦2) ¦+\t¦\n\n    ¦  ¦\n\n\t¦# ¦### ¦```\n¦~~~ x\n¦<div>\n¦\n<!-- [x](y)\n¦\n[a]: /u\n\n',
  '\n[b c]:\n<u v> "t"\n\n¦---\n¦===\n¦-¦ ¦   ¦<b>¦</div>¦-->\n¦***\n¦10. ¦>\t¦-\t¦  - ¦1)  ¦<script>\n¦</script>',
  '<?x\n¦?>\n¦\n\n¦## x ##¦=\n¦--\n',
].flatMap((line) => line.split('¦'))
const pieces = [
  "a¦b c¦[¦]¦(¦)¦[a]¦[b C]¦![¦](¦](/u)¦[x](y)¦![i](j.png)¦`¦``¦`c`¦\\¦\\[¦\\`¦<¦>¦<http://a.b>¦<a@b.co>¦<b>¦'¦<a b='",
  '<b c="d">¦<!-- x -->¦"¦ "t")¦&amp;¦*¦&#35;¦_¦**¦ ¦\t¦][¦][]¦[]¦ : ¦!¦[l](<a b>)¦[m](a(b)c)¦[n](x "y")¦(<¦>)¦?>¦-¦=',
  '#¦/p.md¦[l](\\(a)¦</b>¦.¦1¦\\\\¦<![CDATA[x]]>¦<!X y>¦[k](&auml;)¦\n',
].flatMap((line) => line.split('¦'))
const cells = [...pieces.filter((piece) => piece !== '\n' && piece !== '<'), '|', ' | ', '\\|', '`a\\|b`']

type Random = (below: number) => number

function createRandom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function some(random: Random, most: number, from: readonly string[]): string {
  return Array.from({ length: random(most + 1) }, () => from[random(from.length)]).join('')
}

/**
 * Lines of fragments. Left out is what the other reader is known to read otherwise than the specification: text right below a
 * definition, indented lines right below a quote or item, `(` or a backslash at the end of a line, comments never closed.
 */
function hostileText(random: Random): string {
  const lines = Array.from({ length: 1 + random(8) }, () => {
    return `${some(random, 2, starts)}${some(random, 6, pieces)}${random(5) === 0 ? '\n\n' : '\n'}`
  })
  return lines.join('').replace(/\([ \t]*$|\\$/gm, '$&x')
}

function hostileTable(random: Random): string {
  const rows = Array.from({ length: random(4) }, () => `| ${some(random, 8, cells)} | x |`)
  const text = ['lead', '', 'head | h [x](y)', '--- | :--', ...rows, '', some(random, 4, pieces)].join('\n')
  return text.replace(/\([ \t]*(?=\||$)|\\$/gm, '$&x')
}

test('links, code, headings and HTML blocks of 3 000 random texts are those that markdown-it sees', () => {
  const random = createRandom(20_260_101)
  for (let count = 0; count < 3_000; count++) {
    const text = count % 4 === 3 ? hostileTable(random) : hostileText(random)
    assert.deepEqual(seen(text), seenByPeer(text), JSON.stringify(text))
    const ended = text.replaceAll('\n', count % 2 === 0 ? '\r\n' : '\r')
    assert.deepEqual(seen(ended), seen(text), JSON.stringify(ended))
  }
})

test('the range of each destination is the text that gives it', () => {
  const random = createRandom(7)
  let checked = 0
  for (let count = 0; count < 2_000; count++) {
    const front = '---\nx: [a](b)\n---\n'
    const text = front + (count % 4 === 3 ? hostileTable(random) : hostileText(random))
    let last = 0
    for (const { type, destination, start, end } of scanMarkdown(text, front.length).links) {
      const written = text.slice(start, end)
      const expected = type === 'autolink' ? destination.replace(/^mailto:/, '') : destination
      assert.equal(
        type === 'autolink' ? written : peer.utils.unescapeAll(written),
        expected,
        JSON.stringify(text),
      )
      assert.ok(start >= Math.max(last, front.length), 'links come in order of place')
      last = start
      checked++
    }
  }
  assert.ok(checked > 2_000, `${checked} links`)
})
