import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type CodeExplanation, definePlugin, findExplanation, readCodes } from 'heddle'
import { preset } from 'heddle/plugins'
import { createTestFramework } from 'heddle/testing'
import { commandLine } from './command-line.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What looks like a code and is none: names of the environment, of gates and groups, and faults of the system. */
const none =
  /^(?:ERR_\w+|SIG[A-Z]+|NO_COLOR|FORCE_COLOR|XDG_\w+|LC_ALL|HEDDLE_\w+|E[A-Z]+\d?|[A-Z]|.*\/(?:state|checks|plan|readiness|decision|exports|pieces|merge|result-checks|trial-merges))$/

/** Every code in the sources, and a file that has it. */
function codesInSources(): Map<string, string> {
  const found = new Map<string, string>()
  for (const path of sources()) {
    const text = readFileSync(join(root, path), 'utf8')
    const plugin = /^plugins\/([^/]+)\//.exec(path)?.[1]
    const patterns = [
      /'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g,
      /\bcode: '([A-Z]+)'/g,
      /\b\w+\(\s*'([A-Z]{4,})',/g,
      ...(plugin === undefined ? [] : [new RegExp(`'(${plugin}/[a-z][a-z-]+)'`, 'g')]),
    ]
    for (const pattern of patterns)
      for (const [, code] of text.matchAll(pattern)) if (!none.test(code!)) found.set(code!, path)
  }
  return found
}

function sources(): string[] {
  const all = ['core', 'plugins'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  )
  const left = /\/codes\.ts$|core\/(?:explain|testing|server\/page)\/|contract/
  return all.filter((path) => path.endsWith('.ts') && !left.test(path))
}

async function everyCode(): Promise<Readonly<Record<string, CodeExplanation>>> {
  const framework = await createTestFramework({ files: {}, plugins: [...preset()] })
  try {
    return await framework.codes()
  } finally {
    await framework.dispose()
  }
}

test('every code in the sources of the core and of the plugins is explained', async () => {
  const known = await everyCode()
  const inSources = codesInSources()
  assert.ok(inSources.size > 140, String(inSources.size))
  const unexplained = [...inSources].filter(([code]) => findExplanation(known, code) === undefined)
  assert.deepEqual(
    unexplained.map(
      ([code, path]) => `${code} of ${path}: explain it in core/explain or the plugin's codes.ts`,
    ),
    [],
  )
})

test('nothing is explained that no source reports', async () => {
  const all = sources().map((path) => readFileSync(join(root, path), 'utf8'))
  const text = [...all, readFileSync(join(root, 'core/load/codes.ts'), 'utf8')].join('\n')
  const gone = Object.keys(await everyCode()).filter((code) => {
    const said = code.startsWith('claude/') ? code.slice('claude/'.length) : code.replace(/\*$/, '')
    return !text.includes(said) && !/^skill-|^agent-/.test(said)
  })
  assert.deepEqual(gone, [])
})

test('an explanation says three different things, each in whole sentences or an example', async () => {
  for (const [code, { means, example, repair }] of Object.entries(await everyCode())) {
    assert.equal(new Set([means, example, repair]).size, 3, code)
    assert.match(means, /^[A-Z].{12,}\.$/, code)
    assert.match(repair, /[.!)]$/, code)
    assert.ok(example.length >= 8, code)
  }
})

test('a plugin explains its own codes, as data or loaded when asked for; its own code goes before a family', async () => {
  const said = (means: string): CodeExplanation => ({ means, example: 'x', repair: 'y' })
  const data = definePlugin({
    name: 'one',
    codes: { 'one/a': said('A.'), 'one/*': said('Any.') },
    apply: () => {},
  })
  const lazy = definePlugin({ name: 'two', codes: async () => ({ 'two/b': said('B.') }), apply: () => {} })
  const framework = await createTestFramework({ files: {}, plugins: [data(), lazy()] })
  const codes = await framework.codes()
  const meaning = (code: string): string | undefined => findExplanation(codes, code)?.means
  assert.deepEqual(['one/a', 'one/else', 'two/b', 'two/c'].map(meaning), ['A.', 'Any.', 'B.', undefined])
  assert.equal(meaning('toString'), undefined)
  assert.deepEqual(Object.keys(await readCodes()), Object.keys(await readCodes()).toSorted())
  await framework.dispose()
})

function heddle(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const node = [...commandLine, ...words]
    execFile(
      process.execPath,
      node,
      { cwd: root, env: { ...process.env, NO_COLOR: '1' } },
      (error, out, err) => resolve({ status: Number(error?.code ?? 0), out, err }),
    )
  })
}

test('heddle explain prints what a code means, an example and the repair, however it is written', async () => {
  const { status, out } = await heddle('explain', 'reference_missing', 'tdd/no-test')
  assert.equal(status, 0)
  assert.match(out, /^REFERENCE_MISSING\n {2}A reference names a file that does not exist/)
  assert.match(out, /for example {2}@modules/)
  assert.match(out, /\n\ntdd\/no-test\n {2}No test belongs/)
  const json = await heddle('explain', 'validation/eslint/no-unused-vars', '--format', 'json')
  assert.match((JSON.parse(json.out) as { means: string }[])[0]!.means, /own tools/)
})

test('heddle explain lists all codes, and a wrong one is answered with the nearest', async () => {
  const all = await heddle('explain', '--format', 'json')
  assert.ok((JSON.parse(all.out) as unknown[]).length > 150)
  const wrong = await heddle('explain', 'REFERENCE_MISING')
  assert.equal(wrong.status, 2)
  assert.match(wrong.err, /Did you mean REFERENCE_MISSING\?/)
})

test('a broken configuration keeps nobody from asking what that means', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-explain-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'heddle.config.json'), '{')
  const { status, out } = await heddle('explain', 'CONFIG_BROKEN', '--root', folder)
  assert.equal(status, 0)
  assert.match(out, /cannot be loaded/)
})

test('the rules of a SARIF report carry the explanation', async () => {
  const { out } = await heddle(
    'check',
    '--root',
    'fixtures/missing-reference',
    '--format',
    'sarif',
    '--no-cache',
  )
  const { rules } = (
    JSON.parse(out) as { runs: [{ tool: { driver: { rules: { id: string; help: { text: string } }[] } } }] }
  ).runs[0].tool.driver
  const rule = rules.find(({ id }) => id === 'REFERENCE_MISSING')
  assert.match(rule!.help.text, /silently\.\n\nFor example: @modules.*\n\n`heddle why/)
})
