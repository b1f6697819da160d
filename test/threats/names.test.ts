import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, win32 } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createFramework } from '../../core/framework.ts'
import { diskFiles } from '../../core/vfs/disk.ts'
import type { WritableFiles } from '../../core/vfs/file-system.ts'
import { findSameNames } from '../../core/vfs/fold-name.ts'
import { createGate, type Gate, parsePath, resolvePath } from '../../core/vfs/gate.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import type { Path } from '../../core/vfs/path.ts'
import { doorsOver, everythingSaid, makeCanary, place, temporaryFolder, tryToChange } from './ground.ts'
import { publish } from './soak.ts'

const offGate = (): Gate => createGate({ off: true })

async function codesOf(root: string, strict: boolean): Promise<string[]> {
  const framework = await createFramework({ root, plugins: [], builtIn: false, strict })
  const { diagnostics } = await framework.check()
  await framework.dispose()
  return diagnostics.map(({ code, severity, message }) => `${severity} ${code} ${message}`)
}

test('a file that has other names is reported once for all, and refused under strict (A5)', async (context) => {
  const outer = temporaryFolder(context)
  const root = join(outer, 'root')
  const canary = makeCanary()
  place(outer, { 'secret.md': canary, 'root/.claude/modules/plain.md': '# Plain' })
  const names = ['.claude/modules/b.md', '.claude/modules/a.md', 'CLAUDE.md', 'docs/deep/x.md']
  place(root, { 'docs/deep/y.md': '# Y', '.claude/modules/z.md': '# Z' })
  for (const name of names) linkSync(join(outer, 'secret.md'), join(root, name))

  assert.deepEqual(await codesOf(root, false), [
    'info HARD_LINK 4 files have other names on the disk (hard links), perhaps outside the root; the first is ".claude/modules/a.md".',
  ])
  const refused = await codesOf(root, true)
  assert.equal(refused.length, 4)
  for (const said of refused) assert.match(said, /^error HARD_LINK "[^"]+" has other names on the disk/)

  const files = diskFiles({ root, strict: true })
  for (const name of names) {
    assert.equal((await everythingSaid(files, name)).includes(canary), false, name)
    assert.throws(() => files.setMode(name as Path, 0o777), { code: 'HARD_LINK' })
    await files.write(name as Path, 'mine')
    assert.equal(Buffer.from(await files.read(name as Path)).toString(), 'mine')
  }
  assert.equal(readFileSync(join(outer, 'secret.md'), 'utf8'), canary)
  publish(context, `A5 ${names.length} hard links: reported by default, all refused under strict`)
})

test('a file that has other names is refused under strict (A5): fails without the guard', async (context) => {
  const outer = temporaryFolder(context)
  const canary = makeCanary()
  place(outer, { 'secret.md': canary, 'root/x.md': '' })
  linkSync(join(outer, 'secret.md'), join(outer, 'root/hard.md'))
  const files = diskFiles({ root: join(outer, 'root'), strict: false })
  assert.ok((await everythingSaid(files, 'hard.md')).includes(canary))
})

/** Ways to write one name that some file system takes for the same. */
const respellings: Readonly<Record<string, (name: string) => string>> = {
  'as it is': (name) => name,
  'upper case': (name) => name.toUpperCase(),
  'title case': (name) => name.replace(/\p{L}/u, (letter) => letter.toUpperCase()),
  decomposed: (name) => name.normalize('NFD'),
  composed: (name) => name.normalize('NFC'),
  'compatibility: full width': (name) =>
    name.replace(/[a-z]/g, (letter) => String.fromCodePoint(letter.codePointAt(0)! + 0xfee0)),
  'compatibility: bold letters': (name) =>
    name.replace(/[a-z]/g, (letter) => String.fromCodePoint(letter.codePointAt(0)! - 97 + 0x1d41a)),
  'long s': (name) => name.replace(/s/g, 'ſ'),
  'Kelvin sign': (name) => name.replace(/k/g, '\u212a'),
  ligature: (name) => name.replace(/fi/g, 'ﬁ').replace(/st/g, 'ﬆ'),
  'sharp s': (name) => name.replace(/ss/g, 'ß'),
  'zero width': (name) => `${name.slice(0, 1)}\u200b${name.slice(1)}`,
  'soft hyphen': (name) => `${name.slice(0, 1)}\u00ad${name.slice(1)}`,
  'variation selector': (name) => `${name}\ufe0f`,
  'trailing dot': (name) => `${name}.`,
  'trailing space': (name) => `${name} `,
  'short name': (name) => `${name.replace(/[^A-Za-z]/g, '').slice(0, 6)}~1`,
  stream: (name) => `${name}::$DATA`,
}

/** Files of a system that looks names up without regard to case, form, ignorable characters, ends, streams. */
function foldingFiles(files: WritableFiles): WritableFiles {
  const fold = (text: string): string =>
    text
      .normalize('NFKC')
      .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
      .replace(/::\$DATA$/i, '')
      .replace(/[. ]+$/, '')
      .toUpperCase()
  async function find(path: Path): Promise<Path> {
    let at = ''
    for (const segment of path.split('/').filter(Boolean)) {
      const entries = (await files.list(at as Path).catch(() => [])) ?? []
      const name = entries.find((entry) => fold(entry.name) === fold(segment))?.name ?? segment
      at = at === '' ? name : `${at}/${name}`
    }
    return at as Path
  }
  return {
    label: '',
    stat: async (path) => files.stat(await find(path)),
    list: async (path) => files.list(await find(path)),
    read: async (path) => files.read(await find(path)),
    write: async (path, content) => files.write(await find(path), content),
    remove: async (path) => files.remove(await find(path)),
    makeFolder: async (path) => files.makeFolder(await find(path)),
  }
}

const closed = [
  '.env',
  '.env.local',
  'docs/.git/config',
  'keys/id_rsa',
  '.heddle/state/run',
  'straße/kiss/x.md',
]

/** How many spellings of closed names were tried on a system that folds, and how many of them were let through. */
async function trySpellings(gate: () => Gate): Promise<{ tried: number; passed: string[] }> {
  const canary = makeCanary()
  const stored = memoryFiles(Object.fromEntries(closed.map((name) => [name, canary])), { gate: offGate() })
  const doors = doorsOver(foldingFiles(stored), gate)
  const passed: string[] = []
  let tried = 0
  for (const [door, files] of Object.entries(doors)) {
    for (const name of closed) {
      for (const [how, respell] of Object.entries(respellings)) {
        for (const path of [name.split('/').map(respell).join('/'), `./${respell(name)}`]) {
          tried++
          if ((await everythingSaid(files, path)).includes(canary)) passed.push(`${door}: ${path} (${how})`)
          await tryToChange(files, path)
        }
      }
    }
    for (const name of closed)
      if ((await textOf(stored, name)) !== canary) passed.push(`${door} changed ${name}`)
  }
  return { tried, passed }
}

async function textOf(files: WritableFiles, name: string): Promise<string> {
  return files.read(name as Path).then(
    (bytes) => Buffer.from(bytes).toString(),
    () => 'gone',
  )
}

const closedGate = (): Gate => createGate({ deny: ['strasse/kiss'] })

test('deny rules hold for every spelling that a folding file system takes for the same (A7)', async (context) => {
  const { tried, passed } = await trySpellings(closedGate)
  assert.deepEqual(passed, [])
  publish(context, `A7 ${tried} spellings of closed names on a folding file system, 0 passed`)
})

test('deny rules hold for every spelling (A7): fails without the guard', async () => {
  const { passed } = await trySpellings(offGate)
  assert.ok(passed.length > 10, `${passed.length}`)
})

test('two names that are one on some system are an error that names both (A7)', async (context) => {
  const same: [string, string][] = [
    ['.claude/modules/a.md', '.claude/modules/A.md'],
    ['.claude/modules/caf\u00e9.md', '.claude/modules/cafe\u0301.md'],
    ['.claude/Patterns', '.claude/patterns'],
    ['docs/\ufb01n.md', 'docs/fin.md'],
    ['docs/stra\u00dfe.md', 'docs/strasse.md'],
  ]
  const files = memoryFiles({
    '.claude/modules/a.md': '# A',
    '.claude/modules/A.md': '# A',
    '.claude/modules/caf\u00e9.md': '# Composed',
    '.claude/modules/cafe\u0301.md': '# Decomposed',
    '.claude/Patterns/x.md': '# X',
    '.claude/patterns/y.md': '# Y',
    'docs/\ufb01n.md': '# Ligature',
    'docs/fin.md': '# Letters',
    'docs/stra\u00dfe.md': '# Sharp',
    'docs/strasse.md': '# Double',
    'docs/other.md': '# Other',
    'deep/fin.md': '# Elsewhere',
    Makefile: '',
    makefile: '',
  })
  const framework = await createFramework({ files, plugins: [], builtIn: false })
  const { diagnostics } = await framework.check()
  const found = diagnostics.filter(({ code }) => code === 'NAME_AMBIGUOUS')
  assert.deepEqual(
    found.map(({ message, severity }) => [severity, ...message.matchAll(/"([^"]+)"/g)].map(String)).length,
    same.length,
  )
  for (const names of same) {
    const naming = found.filter(({ message }) => names.every((name) => message.includes(`"${name}"`)))
    assert.equal(naming.length, 1, names.join(' and '))
    assert.equal(naming[0]!.severity, 'error')
  }
  await framework.dispose()
  publish(context, `A7 ${same.length} pairs of names that are one on some system, all named`)
})

test('names that differ on every system are no pair', () => {
  const paths = ['a.md', 'b.md', 'a/a.md', 'A/b.md', 'b/a.md', '.claude/a.md', 'e.md', '\u00e9.md'] as Path[]
  assert.deepEqual(findSameNames(paths), [['a', 'A']])
})

test('on a disk that folds names, one file is one module and closed names stay closed (A7)', async (context) => {
  const root = mountCasefold(context)
  if (root === undefined) return
  const canary = makeCanary()
  place(root, { 'docs/x.md': '# X', '.env': canary })
  const files = diskFiles({ root })
  assert.equal((await files.list('docs' as Path))?.length, 1)
  for (const spelling of ['.ENV', '.Env', './.eNv'])
    assert.equal((await everythingSaid(files, spelling)).includes(canary), false)
  const framework = await createFramework({ root, plugins: [], builtIn: false })
  assert.equal((await framework.check()).modules, 1)
  await framework.dispose()
})

/** A folder on an ext4 image whose names are folded; undefined, and the test skipped, where that cannot be had. */
function mountCasefold(context: TestContext): string | undefined {
  const folder = temporaryFolder(context)
  const [image, at] = [join(folder, 'image'), join(folder, 'disk')]
  mkdirSync(at)
  const runs = (program: string, ...words: string[]): boolean => spawnSync(program, words).status === 0
  writeFileSync(image, '')
  const made =
    runs('truncate', '-s', '16M', image) &&
    runs('mkfs.ext4', '-q', '-O', 'casefold', image) &&
    runs('mount', '-o', 'loop', image, at)
  if (made) context.after(() => spawnSync('umount', [at]))
  if (made && runs('mkdir', join(at, 'root')) && runs('chattr', '+F', join(at, 'root')))
    return join(at, 'root')
  context.skip('needs the right to mount, and a kernel with casefold')
  return undefined
}

/** Names of Windows by what they are there, and the reason why they are refused here. */
const windowsNames: readonly {
  readonly what: string
  readonly why: RegExp
  readonly names: readonly string[]
}[] = [
  {
    what: 'devices, with endings, blanks, letter case, superscript digits',
    why: /name of a device/,
    names: [
      'CON',
      'PRN',
      'AUX',
      'NUL',
      'COM1',
      'COM9',
      'COM¹',
      'COM²',
      'COM³',
      'COM0',
      'LPT1',
      'LPT9',
      'LPT¹',
    ]
      .concat(['LPT²', 'LPT³', 'LPT0', 'CONIN$', 'CONOUT$'])
      .flatMap((name) => [
        name,
        name.toLowerCase(),
        `${name}.md`,
        `${name}.tar.gz`,
        `${name} .txt`,
        `a/${name}/b`,
      ]),
  },
  {
    what: 'ends that are dropped',
    why: /ends in a dot or a space/,
    names: [
      'a.',
      'a..',
      'a ',
      'a. ',
      'a .',
      'a/b./c',
      'a/b /c',
      'a.md.',
      'a.md ',
      '...',
      '. .',
      'a\u00a0',
      '.env.',
      '.git ',
    ],
  },
  {
    what: 'streams',
    why: /colon|drive/,
    names: [
      'x.md::$DATA',
      'x.md:s',
      'x.md:s:$DATA',
      '.git::$INDEX_ALLOCATION',
      'a/b:c',
      ':x',
      'a:',
      'dir:$I30:$INDEX_ALLOCATION',
    ],
  },
  {
    what: 'short names',
    why: /short name/,
    names: ['PROGRA~1', 'GIT~1', 'git~2', 'SECRET~1.MD', 'a/ENV~1', 'ABCDEF~9.TXT', 'A~10', 'HEDDLE~1/state'],
  },
  {
    what: 'drives, with and without a slash',
    why: /drive|URL/,
    names: ['C:', 'c:x', 'C:\\x', 'C:/x', 'z:..\\x', 'C:../x', 'D:\\', 'C:.', 'file:/c:/x', 'C:%5Cx'],
  },
  {
    what: 'shares and device prefixes',
    why: /absolute/,
    names: [
      '\\\\server\\share',
      '//server/share',
      '\\\\?\\C:\\x',
      '\\\\.\\C:\\x',
      '\\\\.\\pipe\\x',
      '\\??\\C:\\x',
    ]
      .concat([
        '\\\\?\\UNC\\server\\share',
        '\\\\?\\GLOBALROOT\\Device\\x',
        '//./x',
        '//?/C:/x',
        '\\x',
        '\\\\localhost\\c$\\x',
      ])
      .concat(['\\\\?\\Volume{0}\\x', '\\\\127.0.0.1\\c$']),
  },
  {
    what: 'backslashes',
    why: /backslash/,
    names: [
      'a\\b',
      '..\\x',
      'a\\..\\..\\x',
      'a/..\\..\\x',
      '.\\x',
      'a\\',
      '.git\\config',
      '.env\\',
      'a\\/b',
      'a/\\b',
    ],
  },
  {
    what: 'encoded separators, dots and control characters',
    why: /encoded/,
    names: [
      'a%5Cb',
      'a%5cb',
      'a%255Cb',
      'a%25255cb',
      '%2e%2e%5cx',
      'a%2fb',
      'a%2Fb',
      '%2e%2e/x',
      '%252e%252e/x',
      'a%3ab',
    ].concat(['a%00.md', 'a%0ab', '%c0%ae%c0%ae/x', '%c1%9cx', 'a%u005cb', 'a%u2215b', '%%35%63x', 'a%7f']),
  },
  {
    what: 'characters that Windows turns into slashes and dots',
    why: /looks like a (?:slash|dot)|stands for dots or slashes/,
    names: [
      'a\uff0fb',
      'a\uff3cb',
      'a\u2215b',
      'a\u2044b',
      'a\u2216b',
      'a\ufe68b',
      '\uff0e\uff0e/x',
      '\u2024\u2024/x',
      '\u2025/x',
    ],
  },
  {
    what: 'characters that no name there can hold',
    why: /control character/,
    names: ['a\0b', 'a\x01b', 'a\x1fb', 'a\nb', 'a\rb', 'a\tb', 'a\x7fb', 'a\u2028b'],
  },
  {
    what: 'names longer than a system can hold',
    why: /more than 255 bytes|longer than 4096/,
    names: ['x'.repeat(256), 'é'.repeat(128), `a/${'界'.repeat(86)}/b`, 'a/'.repeat(2100)],
  },
]

test('names that mean something else on Windows are refused everywhere, each with its reason (A8)', (context) => {
  let tried = 0
  for (const { what, why, names } of windowsNames) {
    for (const name of names) {
      for (const parsed of [
        parsePath(name),
        resolvePath('docs/deep' as Path, name),
        createGate().check(name),
      ]) {
        assert.ok(!parsed.ok, `${what}: ${JSON.stringify(name)}`)
        assert.match(parsed.diagnostic.message, why, JSON.stringify(name))
        assert.ok(parsed.diagnostic.hint)
      }
      tried++
    }
  }
  publish(context, `A8 ${tried} Windows spellings, 0 passed`)
})

test('what the gate lets through is one place on Windows too, below the root (A8)', () => {
  const ordinary = [
    'a',
    'docs/x.md',
    '.claude/modules/a b.md',
    'com/con-text.md',
    'nullable.md',
    'a~b.md',
    'COM.md',
    'x/[id].md',
  ]
  for (const name of [...ordinary, 'LPT.md', 'auxiliary/x', 'é/日本.md', '100%.md', 'console', 'com10.md']) {
    const parsed = parsePath(name)
    assert.ok(parsed.ok, name)
    assert.equal(win32.join('C:\\root', parsed.value), `C:\\root\\${name.replaceAll('/', '\\')}`)
    assert.equal(win32.normalize(parsed.value).replaceAll('\\', '/'), parsed.value)
  }
})

test('the table of Windows spellings can fail: without the check they name other places there (A8)', () => {
  const leaving = windowsNames
    .flatMap(({ names }) => names)
    .filter((name) => !win32.resolve('C:\\root', name).startsWith('C:\\root\\'))
  assert.ok(leaving.length > 20, `${leaving.length}`)
})

/** Ways to write one rule. */
const ruleSpellings: Readonly<Record<string, (rule: string) => string>> = {
  'as it is': (rule) => rule,
  'with a slash behind': (rule) => `${rule}/`,
  'with a slash before': (rule) => `/${rule}`,
  'with a dot and a slash before': (rule) => `./${rule}`,
  'with everything below': (rule) => `${rule}/**`,
  'with everything above': (rule) => `**/${rule}`,
  both: (rule) => `**/${rule}/**`,
  'doubled slashes': (rule) => rule.replaceAll('/', '//'),
  'upper case': (rule) => rule.toUpperCase(),
  'blanks around': (rule) => ` ${rule} `,
  backslashes: (rule) => rule.replaceAll('/', '\\'),
  'with dots in it': (rule) => rule.replaceAll('/', '/./'),
}

/** Ways to write one path. */
const pathSpellings: Readonly<Record<string, (path: string) => string>> = {
  'as it is': (path) => path,
  'with a slash behind': (path) => `${path}/`,
  'with slashes behind': (path) => `${path}//`,
  'with a dot before': (path) => `./${path}`,
  'with a dot behind': (path) => `${path}/.`,
  'up and down': (path) => `x/../${path}`,
  'down and up behind': (path) => `${path}/x/..`,
  'doubled slashes': (path) => path.replaceAll('/', '//'),
  'upper case': (path) => path.toUpperCase(),
  'swapped case': (path) => path.replace(/[a-z]/, (letter) => letter.toUpperCase()),
  decomposed: (path) => path.normalize('NFD'),
  'full width': (path) =>
    path.replace(/[a-z]/, (letter) => String.fromCodePoint(letter.codePointAt(0)! + 0xfee0)),
}

/** Each rule, paths that it closes, and paths that it leaves open. */
const rules: readonly (readonly [rule: string, closes: readonly string[], leaves: readonly string[]])[] = [
  ['secrets', ['secrets', 'secrets/a', 'a/secrets/b/c'], ['secret', 'secrets2/a', 'a-secrets']],
  [
    'private/keys',
    ['private/keys', 'private/keys/a', 'x/private/keys/a'],
    ['private', 'keys', 'private/x/keys'],
  ],
  ['*.key', ['a.key', 'x/y.key', 'dir.key/a'], ['a.keys', 'key', 'akey']],
  ['a/*/c', ['a/b/c', 'x/a/b/c/d'], ['a/c', 'a/b/b/c']],
  ['a/**/c', ['a/c', 'a/b/c', 'a/b/b/c/d'], ['a', 'c', 'a/b']],
  ['log?', ['log1', 'x/logs/a'], ['log', 'login']],
  ['é/ünï', ['é/ünï', 'é/ünï/a'], ['e/uni', 'é']],
  ['*.{pem,crt}', ['a.crt', 'x/b.pem/c'], ['a.cr', 'pem']],
  ['[ab]/x', ['a/x', 'b/x/y', 'z/a/x'], ['c/x', 'a/y']],
  ['.env', ['.env', 'a/.env', '.env/x'], ['.env.example', 'env', '.environment']],
  ['.env.*', ['.env.local', 'a/.env.test'], ['.envx', 'env.local']],
  ['*.pem', ['a.pem', 'a/b.pem'], ['pem', 'a.pem.md']],
  ['*.p12', ['a.p12'], ['p12']],
  ['*.pfx', ['a.pfx'], ['a.pfxx']],
  ['id_rsa*', ['id_rsa', 'a/id_rsa.pub'], ['my_id_rsa']],
  ['id_dsa*', ['id_dsa'], ['id']],
  ['id_ecdsa*', ['id_ecdsa_sk'], ['ecdsa']],
  ['id_ed25519*', ['id_ed25519.bak'], ['ed25519']],
  ['.git/**', ['.git', '.git/config', 'sub/.git/hooks/x'], ['.github/x', '.gitignore', 'git']],
  [
    '.heddle/state/**',
    ['.heddle/state', '.heddle/state/a', 'x/.heddle/state/a'],
    ['.heddle/modules/a', 'state/a'],
  ],
]

function decideAll(gateOf: (rule: string) => Gate): { tried: number; differences: string[] } {
  const differences: string[] = []
  let tried = 0
  for (const [rule, closes, leaves] of rules) {
    for (const [how, respellRule] of Object.entries(ruleSpellings)) {
      const gate = gateOf(respellRule(rule))
      for (const path of [...closes, ...leaves]) {
        for (const [pathHow, respell] of Object.entries(pathSpellings)) {
          const checked = gate.check(respell(path))
          const decision = checked.ok ? 'open' : checked.diagnostic.code
          const wanted = closes.includes(path) ? 'DENIED_BY_RULE' : 'open'
          if (decision !== wanted)
            differences.push(`rule "${rule}" ${how}, path "${path}" ${pathHow}: ${decision}`)
          tried++
        }
      }
    }
  }
  return { tried, differences }
}

test('a deny rule decides the same however it and the path are written (A10)', (context) => {
  const { tried, differences } = decideAll((rule) => createGate({ deny: [rule] }))
  assert.deepEqual(differences, [])
  const ways = `${Object.keys(ruleSpellings).length} × ${Object.keys(pathSpellings).length} spellings`
  publish(context, `A10 ${rules.length} rules × ${ways}: ${tried} decisions, 0 differences`)
})

test('a deny rule decides the same (A10): fails without the guard', () => {
  assert.ok(decideAll(offGate).differences.length > 1000)
})

test('a rule that could never match is refused rather than believed (A10)', async () => {
  for (const rule of ['', '  ', '/', './', '!secrets', '../secrets', 'a/../b'])
    assert.throws(() => createGate({ deny: [rule] }), { code: 'DENY_RULE' }, JSON.stringify(rule))
  assert.throws(() => createGate({ deny: [`{${'a,'.repeat(100)}b}`] }), { code: 'GLOB_LIMIT' })
  await assert.rejects(
    createFramework({ files: memoryFiles({}), deny: ['!x'], plugins: [], builtIn: false }),
    {
      code: 'DENY_RULE',
    },
  )
  const everything = createGate({ deny: ['**'] })
  assert.equal(everything.check('a/b').ok, false)
  assert.equal(createGate({ deny: ['.env.*'] }).check('.env.example').ok, false)
})

/** How classes of published holes led out, replayed with names of our own: what was asked for, by class. */
const publishedClasses: Readonly<Record<string, readonly string[]>> = {
  'dev server: prefix for any file of the machine': [
    '/@fs/OUTER/secret.md',
    '@fs/OUTER/secret.md',
    '/@fs//OUTER/secret.md',
  ],
  'dev server: query that skips the check': [
    '/@fs/OUTER/secret.md?raw??',
    '../secret.md?import&raw??',
    '.env?raw',
    '.env?inline&import',
    '.env?.svg?.wasm?init',
  ],
  'dev server: hash in the target': ['#/../secret.md', '.env#x', 'a#/../../secret.md'],
  'dev server: slash, dot or backslash behind': ['.env/', '.env/.', '.env\\', './/.env', '//.env', '.env//'],
  'dev server: letter case': ['.ENV', '.Env', '.eNv.LOCAL', 'KEY.PEM'],
  'dev server: encoded traversal': [
    '%2e%2e/secret.md',
    '..%2fsecret.md',
    '%252e%252e%252fsecret.md',
    '..%5csecret.md',
    '%c0%ae%c0%ae/secret.md',
  ],
  'dev server: folder whose name begins like the root': ['../root-x/secret.md', '../rootx/secret.md'],
  'dev server: null byte': ['../secret.md%00.md', '.env\0.md', 'x.md\0/../../secret.md'],
  'dev server: source map and open-in-editor paths': [
    'webpack://../secret.md',
    'file:OUTER/secret.md',
    'file://OUTER/secret.md',
    'vscode://file/OUTER/secret.md',
  ],
  'MCP: link out of the allowed folder': [
    'link-file',
    'link-folder/secret.md',
    'link-chain',
    'link-absolute',
  ],
  'MCP: prefix of the allowed folder': ['link-sibling/secret.md', '../root-x/secret.md'],
  'MCP: absolute path, home, URL as a path': [
    'OUTER/secret.md',
    '~/secret.md',
    '~',
    'file:///etc/hostname',
    'C:\\secret.md',
  ],
  'MCP: link made after the start': ['late/secret.md'],
  'agent shell: import that reaches the machine': [
    '@OUTER/secret.md',
    '~/.ssh/id_rsa',
    '../../../secret.md',
    '@../secret.md',
  ],
  'agent shell: protected settings written through another spelling': [
    '.GIT/config',
    '.git/../.git/config',
    'docs/../.git/hooks/post-checkout',
    '.heddle/STATE/x',
  ],
  'Deno: file that stands for open handles and the process': [
    'proc-self/environ',
    'dev-fd/0',
    'proc-self/root/OUTER/secret.md',
  ],
  'Deno: rule in another case or form': [
    '.E\uff2e\uff36',
    '\uff0eenv',
    '.e\u00adnv',
    'I\u0131d_rsa/../id_rsa',
  ],
  'tar: link, then a file through it': ['link-folder/new.md', 'link-folder/sub/new.md'],
  'tar: absolute after one root was stripped': [
    '//OUTER/secret.md',
    'C:../secret.md',
    'C:OUTER/secret.md',
    '///OUTER/secret.md',
  ],
  'tar: backslashes in entries': ['..\\secret.md', 'docs\\..\\..\\secret.md', 'link-folder\\new.md'],
  'tar: names equal after normalisation': [
    '.GI\u0130T/config',
    '.g\u0131t/config',
    '.\uff47\uff49\uff54/config',
    '.gi\u200dt/config',
  ],
  'version control: folder under another name': [
    'git~1/config',
    '.git::$INDEX_ALLOCATION/config',
    '.git./config',
    '.git /config',
    '.g\u200cit/config',
  ],
}

async function replayClasses(
  context: TestContext,
  gate: () => Gate,
): Promise<{ payloads: number; worked: string[] }> {
  const outer = temporaryFolder(context)
  const root = join(outer, 'root')
  const canary = makeCanary()
  const closedNames = [
    '.env',
    '.env.local',
    'key.pem',
    'id_rsa',
    '.git/config',
    '.git/hooks/post-checkout',
    '.heddle/state/x',
  ]
  place(outer, {
    'secret.md': canary,
    'root-x/secret.md': canary,
    'rootx/secret.md': canary,
    'root/docs/x.md': '# X',
  })
  place(root, Object.fromEntries(closedNames.map((name) => [name, canary])))
  const links: [string, string][] = [
    ['../secret.md', 'link-file'],
    ['..', 'link-folder'],
    ['link-file', 'link-chain'],
    [join(outer, 'secret.md'), 'link-absolute'],
    ['../root-x', 'link-sibling'],
    ['/proc/self', 'proc-self'],
    ['/dev/fd', 'dev-fd'],
  ]
  const disk = diskFiles({ root, gate: gate() })
  const doors = { disk, ...doorsOver(disk, gate) }
  for (const files of Object.values(doors)) await files.list('' as Path)
  // After the doors have been used, so that what they remember is old.
  for (const [target, name] of [...links, ['..', 'late']]) spawnSync('ln', ['-s', target!, join(root, name!)])
  const watched = [...closedNames.map((name) => join(root, name)), join(outer, 'secret.md')]
  const before = watched.map((path) => `${readFileSync(path, 'utf8')} ${statSync(path).mtimeMs}`)
  const worked: string[] = []
  let payloads = 0
  for (const [name, spellings] of Object.entries(publishedClasses)) {
    for (const spelling of spellings) {
      const path = spelling.replace('OUTER', outer)
      payloads++
      for (const [door, files] of Object.entries(doors)) {
        const said = await everythingSaid(files, path)
        if (said.includes(canary) || /PATH=|"root-x"/.test(said)) worked.push(`${name}: ${door} ${path}`)
        await tryToChange(files, path)
      }
      const after = watched.map((at) => statOrNothing(at))
      if (after.join('\n') !== before.join('\n')) worked.push(`${name}: changed by ${path}`)
    }
  }
  return { payloads, worked }
}

function statOrNothing(path: string): string {
  try {
    return `${readFileSync(path, 'utf8')} ${statSync(path).mtimeMs}`
  } catch {
    return 'gone'
  }
}

test('no published class of holes in dev servers, MCP, agent shells, Deno, tar works on our doors (A13)', async (context) => {
  const { payloads, worked } = await replayClasses(context, createGate)
  assert.deepEqual(worked, [])
  const classes = Object.keys(publishedClasses).length
  publish(context, `A13 ${classes} published bypass classes replayed (${payloads} payloads), 0 work`)
})

test('no published class of holes works on our doors (A13): fails without the guard', async (context) => {
  const { worked } = await replayClasses(context, offGate)
  assert.ok(worked.length > 20, worked.join('\n'))
})

test('a reference in a module follows no published class out of the root either (A13)', async (context) => {
  const outer = temporaryFolder(context)
  const root = join(outer, 'root')
  const canary = makeCanary()
  place(outer, {
    'secret.md': `# ${canary}`,
    'root-x/secret.md': `# ${canary}`,
    'root/.env': canary,
    'root/.git/config': canary,
  })
  const spellings = Object.values(publishedClasses)
    .flat()
    .filter((text) => !/[\0\s]/.test(text))
  const body = spellings
    .map((text) => text.replace('OUTER', outer))
    .flatMap((text) => [`[x](<${text}>)`, `@${text}`, `\`${text}\``])
  place(root, { 'CLAUDE.md': body.join('\n\n'), '.claude/modules/a.md': body.join('\n\n') })
  spawnSync('ln', ['-s', '..', join(root, 'link-folder')])
  const framework = await createFramework({ root, builtIn: false })
  const said: unknown[] = [await framework.check(), await framework.graph()]
  for (const reference of spellings) {
    const text = reference.replace('OUTER', outer)
    said.push(await attempt(() => framework.why(text, 'CLAUDE.md')))
    said.push(await attempt(async () => framework.load(text, 'CLAUDE.md')))
    said.push(await attempt(async () => framework.read(text)))
  }
  assert.equal(JSON.stringify(said).includes(canary), false)
  await framework.dispose()
})

async function attempt(call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (thrown) {
    return String(thrown)
  }
}
