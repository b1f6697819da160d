import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { type Graph, HeddleError, type Path, type ReferenceEdit } from 'heddle'
import type { WritableFiles } from 'heddle/files'
import { agentsMd, xmlBlocks } from 'heddle/plugins'
import { createTestFramework, type TestFramework } from 'heddle/testing'

type Texts = Readonly<Record<string, string>>

const folders = [
  '',
  'docs',
  'docs/deep',
  '.claude/modules',
  '.claude/modules/patterns',
  '.claude/system',
  '.claude/commands',
]
const names = ['a.md', 'b.md', 'CLAUDE.md', 'README.md', 'with space.md', 'ü (1).md', '50% & x.md', 'i.png']
const places = folders.flatMap((folder) => names.map((name) => (folder === '' ? name : `${folder}/${name}`)))

const forms = [
  'link',
  'rooted',
  'angled',
  'image',
  'definition',
  'alias',
  'import',
  'tag',
  'needs',
  'mention',
] as const

/** How one reference is written: to which place, by which form, and what is wrong with it. */
interface Wish {
  readonly to: string
  readonly form: (typeof forms)[number]
  readonly tail: '' | '#part' | '?raw=1#part'
  readonly dotted: boolean
  readonly stem: boolean
  readonly wrong: 'nothing' | 'case' | 'parent left out' | 'way up' | 'name'
}

interface Draft {
  readonly wishes: readonly Wish[]
  readonly end: '\n' | '\r\n'
  readonly marked: boolean
}

/** Whole small projects whose references are spoiled in some of these ways. */
function projects(wrongs: readonly Wish['wrong'][]): fc.Arbitrary<Texts> {
  const wish: fc.Arbitrary<Wish> = fc.record({
    to: fc.constantFrom(...places),
    form: fc.constantFrom(...forms),
    tail: fc.constantFrom('', '', '#part', '?raw=1#part'),
    dotted: fc.boolean(),
    stem: fc.boolean(),
    wrong: fc.constantFrom('nothing', 'nothing', 'nothing', ...wrongs),
  })
  const draft: fc.Arbitrary<Draft> = fc.record({
    wishes: fc.array(wish, { maxLength: 6 }),
    end: fc.constantFrom('\n', '\r\n'),
    marked: fc.boolean(),
  })
  return fc
    .dictionary(fc.constantFrom(...places), draft, { minKeys: 2, maxKeys: 9, noNullPrototype: true })
    .map((drafts) =>
      Object.fromEntries(Object.entries(drafts).map(([path, made]) => [path, textOf(path, made)])),
    )
}

function textOf(path: string, { wishes, end, marked }: Draft): string {
  const needs = wishes.filter(({ form }) => form === 'needs').map((one) => `  - ${targetOf(path, one)}`)
  const head = needs.length > 0 ? ['---', 'needs:', ...needs, '---'] : []
  const lines = wishes.filter(({ form }) => form !== 'needs').map((one) => written(path, one))
  return (
    (marked ? '\ufeff' : '') +
    [...head, '# Title', '', '## Part', '', ...lines, 'prose docs/a.md  ', ''].join(end)
  )
}

function written(path: string, one: Wish): string {
  const target = targetOf(path, one)
  const encoded = target.replaceAll('%', '%25').replaceAll('&', '%26').replaceAll(' ', '%20')
  switch (one.form) {
    case 'link':
    case 'rooted':
      return `Text [t [u]](${encoded}${one.tail} "title") more.  `
    case 'angled':
      return `[t](<${target.replaceAll('%', '%25').replaceAll('&', '%26')}${one.tail}>)\tmore`
    case 'image':
      return `- ![i](${encoded})`
    case 'definition':
      return `\n[${one.to}]: ${encoded}${one.tail}\n`
    case 'alias':
      return `See ${target}${fragmentOf(one)}, please.`
    case 'import':
      return `@${target.replaceAll(' ', '\\ ')}${fragmentOf(one)}`
    case 'tag':
      return `<depends_on>\n  ${target}${fragmentOf(one)} for this\n</depends_on>`
    case 'mention':
      return `The file \`${target}\` is named.`
    case 'needs':
      return ''
  }
}

function fragmentOf({ tail }: Wish): string {
  return tail === '' ? '' : '#part'
}

function targetOf(from: string, one: Wish): string {
  const path = spoiled(one)
  const isPlain = ['tag', 'needs', 'mention'].includes(one.form)
  if (one.form === 'rooted') return `/${path}`
  if (one.form === 'alias' || (isPlain && one.dotted))
    return aliased(one.stem ? path.replace(/\.md$/, '') : path)
  if (isPlain) return path.replace(/^\.claude\//, '')
  const relative = relativeFrom(from, path)
  return one.dotted && !relative.startsWith('.') ? `./${relative}` : relative
}

function spoiled({ to, wrong }: Wish): string {
  switch (wrong) {
    case 'nothing':
      return to
    case 'case':
      return to.replace('docs/', 'Docs/').replace('a.md', 'A.md')
    case 'parent left out':
      return to.replace('.claude/modules/', '').replace('docs/', '')
    case 'way up':
      return `deep/../../${to}`
    case 'name':
      return to.replace('a.md', 'aa.md')
  }
}

function aliased(path: string): string {
  return path.startsWith('.claude/') ? `@${path.slice(8)}` : `@modules/${path}`
}

function relativeFrom(from: string, to: string): string {
  const base = from.split('/').slice(0, -1)
  const names = to.split('/')
  let shared = 0
  while (shared < base.length && shared < names.length - 1 && base[shared] === names[shared]) shared++
  return [...base.slice(shared).map(() => '..'), ...names.slice(shared)].join('/')
}

async function within<T>(files: Texts, use: (framework: TestFramework) => Promise<T>): Promise<T> {
  const framework = await createTestFramework({ files, plugins: [agentsMd(), xmlBlocks()] })
  try {
    return await use(framework)
  } finally {
    await framework.dispose()
  }
}

async function everyFile(files: WritableFiles, folder = ''): Promise<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const { name, type } of (await files.list(folder as Path)) ?? []) {
    const path = folder === '' ? name : `${folder}/${name}`
    if (type === 'directory') Object.assign(texts, await everyFile(files, path))
    else texts[path] = Buffer.from(await files.read(path as Path)).toString()
  }
  return texts
}

/** The texts with every reference taken out; what is left must never change. */
function blanked(texts: Texts, { references }: Graph): Texts {
  return Object.fromEntries(
    Object.entries(texts).map(([path, text]) => {
      const lines = text.replace(/^\ufeff/, '').split('\n')
      for (const { line, column, text } of references.filter(({ from }) => from === path).toReversed()) {
        const before = lines[line - 1]!
        assert.ok(before.startsWith(text, column - 1))
        lines[line - 1] = `${before.slice(0, column - 1)}§${before.slice(column - 1 + text.length)}`
      }
      return [path, (text.startsWith('\ufeff') ? '\ufeff' : '') + lines.join('\n')]
    }),
  )
}

/** What a person has to mend; that a document became an orphan by moving into the home is worth knowing and no problem. */
async function countProblems(framework: TestFramework): Promise<number> {
  const { diagnostics } = await framework.check()
  return diagnostics.filter(({ severity }) => severity !== 'info').length
}

const runs = {
  numRuns: Number(process.env['HEDDLE_RUNS'] ?? 300),
  seed: Number(process.env['HEDDLE_SEED'] ?? 20261124),
}

test('fix never changes a byte outside references, never brings a finding, and has nothing to do afterwards', async () => {
  let repaired = 0
  await fc.assert(
    fc.asyncProperty(projects(['case', 'parent left out', 'way up', 'name']), async (files) => {
      await within(files, async (framework) => {
        const before = await framework.check()
        const problems = await countProblems(framework)
        const old = blanked(files, await framework.graph())
        const { edits, left } = await framework.fix({ write: true })
        repaired += edits.length
        const texts = await everyFile(framework.files)
        assert.deepEqual(blanked(texts, await framework.graph()), old)
        const after = await framework.check()
        assert.ok((await countProblems(framework)) <= problems)
        assert.equal(after.references.total, before.references.total)
        assert.equal(after.references.resolved, before.references.resolved + edits.length)
        const again = await framework.fix({ write: true })
        assert.deepEqual([again.edits, again.left], [[], left])
        assert.deepEqual(await everyFile(framework.files), texts)
      })
    }),
    runs,
  )
  assert.ok(repaired > runs.numRuns / 10, `only ${repaired} references were repaired`)
})

/** Every reference by its place: form, status, and what it leads to. */
function ways({ references }: Graph, renamed: (path: string) => string): string[] {
  return references
    .map(
      ({ from, to, status, line, form }) =>
        `${renamed(from)}:${line} ${form} ${status} ${to === null ? '-' : renamed(to)}`,
    )
    .toSorted()
}

/** Paths are seen from the root, from a home, or from elsewhere. */
function kindOfPlace(path: string): string {
  return path.startsWith('.claude/') ? 'home' : path.includes('/') ? 'folder' : 'root'
}

function isLink({ references }: Graph, { path, line, column }: ReferenceEdit): boolean {
  const found = references.find((one) => one.from === path && one.line === line && one.column === column)
  return found?.form === 'link' || found?.form === 'image' || found?.form === 'import'
}

/** Links are seen from their file whatever they look like; other forms say by their beginning from where they are seen. */
function styleOf(reference: string): string {
  return /^(?:@[\w-]+(?=\/)|@?(?:\.\.?)?\/)/.exec(reference)?.[0].replace('..', '.') ?? ''
}

const rename = fc.record({
  old: fc.nat(),
  wanted: fc.constantFrom('b.md', 'new.md', 'README.md', 'new name.md', 'ü.md', 'i.png', 'x/y.md', 'x'),
  folder: fc.constantFrom(...folders, 'new/er'),
  asFolder: fc.boolean(),
})

test('after a rename all that resolved names the same content, and renaming back restores every byte', async () => {
  const seen = { refused: 0, impossible: 0, done: 0, rewritten: 0, comparable: 0, restored: 0 }
  await fc.assert(
    fc.asyncProperty(
      projects(['case', 'parent left out', 'name']),
      rename,
      async (files, { old: pick, wanted: name, folder, asFolder }) => {
        const paths = Object.keys(files)
        const file = paths[pick % paths.length]!
        const old = asFolder && file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : file
        const wanted = folder === '' ? name : `${folder}/${name}`
        await within(files, async (framework) => {
          const before = await framework.graph()
          const problems = await countProblems(framework)
          const report = await framework.rename(old, wanted, { write: true }).catch((thrown: unknown) => {
            assert.ok(thrown instanceof HeddleError && thrown.code.startsWith('RENAME_'), String(thrown))
          })
          if (!report?.written) {
            if (report) assert.ok(report.left.some(({ code }) => code === 'RENAME_REFERENCE'))
            seen[report ? 'impossible' : 'refused']++
            assert.deepEqual(await everyFile(framework.files), files)
            return
          }
          seen.done++
          seen.rewritten += report.edits.length
          const renamed = (path: string): string =>
            path === old || path.startsWith(`${old}/`) ? wanted + path.slice(old.length) : path
          const [were, are] = [ways(before, renamed), ways(await framework.graph(), (path) => path)]
          const now = new Set(are.map((way) => way.replace(/ \S+ (?:searched|resolved) /, ' ')))
          for (const way of were.filter((way) => !way.endsWith(' -')))
            assert.ok(now.has(way.replace(/ \S+ (?:searched|resolved) /, ' ')), way)
          const lost = were.filter(
            (way) => way.includes(' resolved ') && are.includes(way.replace(' resolved ', ' searched ')),
          )
          assert.deepEqual(lost, [])
          // What was dead may come to name the new place, its own file even, which is a cycle then.
          const revived =
            were.filter((way) => way.endsWith(' -')).length > are.filter((way) => way.endsWith(' -')).length
          if (!revived) assert.ok((await countProblems(framework)) <= problems)
          // What was dead or only searched for may resolve at the new names, and an alias, the home or the root may not reach them: then the way
          // back finds another reference than there was.
          const staysHome = kindOfPlace(old) === kindOfPlace(wanted)
          const keepsStyle = report.edits.every(
            (edit) => isLink(before, edit) || styleOf(edit.before) === styleOf(edit.after),
          )
          const isComparable = were.join() === are.join() && keepsStyle && staysHome
          const back = await framework.rename(wanted, old, { write: true })
          const texts = await everyFile(framework.files)
          if (isDeepStrictEqual(texts, files)) seen.restored++
          if (!isComparable) return
          seen.comparable++
          assert.deepEqual(back.left, [])
          assert.deepEqual(texts, files)
        })
      },
    ),
    runs,
  )
  assert.ok(
    seen.done > runs.numRuns / 3 && seen.comparable > seen.done / 4 && seen.restored > seen.done * 0.75,
    JSON.stringify(seen),
  )
})
