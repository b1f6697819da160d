import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createTestFramework } from 'heddle/testing'
import { formatReference, parseReference } from 'heddle'

test('an alias resolves with and without its ending, and to the file that stands for a folder', async () => {
  const framework = await createTestFramework({
    files: {
      '.claude/modules/patterns/tdd.md': '# TDD',
      '.claude/modules/testing/README.md': '# Testing',
      '.claude/modules/skill/SKILL.md': '# Skill',
    },
  })
  const to = (reference: string): string | null => framework.resolve(reference).path
  assert.equal(to('@modules/patterns/tdd.md'), '.claude/modules/patterns/tdd.md')
  assert.equal(to('@modules/patterns/tdd'), '.claude/modules/patterns/tdd.md')
  assert.equal(to('@modules/patterns/tdd#red'), '.claude/modules/patterns/tdd.md')
  assert.equal(to('@modules/testing'), '.claude/modules/testing/README.md')
  assert.equal(to('@modules/skill/'), '.claude/modules/skill/SKILL.md')
  await framework.dispose()
})

test('every rung of the ladder answers in its turn', async () => {
  const framework = await createTestFramework({
    files: {
      '.claude/modules/a/here.md': '',
      '.claude/modules/a/near.md': '',
      '.claude/guides/home.md': '',
      'docs/repository.md': '',
      '.claude/system/quality/gates.md': '',
      '.claude/deep/er/quality/rare.md': '',
    },
  })
  const rungOf = (reference: string): string => {
    const { status, rung } = framework.resolve(reference, '.claude/modules/a/here.md')
    return `${status} by ${rung}`
  }
  assert.equal(rungOf('@modules/a/near.md'), 'resolved by alias')
  assert.equal(rungOf('near.md'), 'resolved by relative')
  assert.equal(rungOf('guides/home.md'), 'resolved by home')
  assert.equal(rungOf('docs/repository.md'), 'resolved by repository')
  assert.equal(rungOf('quality/gates.md'), 'searched by category')
  assert.equal(rungOf('quality/rare.md'), 'searched by ending')
  await framework.dispose()
})

test('a name that fits several files is ambiguous and lists them all', async () => {
  const framework = await createTestFramework({
    files: { '.claude/modules/a/x.md': '', '.claude/system/b/x.md': '', '.claude/modules/c.md': '' },
  })
  const found = framework.why('x.md', '.claude/modules/c.md')
  assert.equal(found.status, 'ambiguous')
  assert.deepEqual(found.candidates, ['.claude/modules/a/x.md', '.claude/system/b/x.md'])
  await framework.dispose()
})

test('a closing slash asks for a folder: no file of that name answers, found or suggested', async () => {
  const framework = await createTestFramework({
    files: {
      '.claude/modules/a.md': '',
      'docs/research.md': '',
      'plans/index.md': '',
      'plans/deep/research.md': '',
      'docs/lonely.md': '',
    },
  })
  const { status, candidates, suggestion } = framework.why('research/', '.claude/modules/a.md')
  assert.deepEqual(
    { status, candidates, suggestion },
    { status: 'missing', candidates: [], suggestion: null },
  )
  assert.equal(framework.resolve('lonely/', '.claude/modules/a.md').suggestion, null)
  assert.equal(framework.resolve('research', '.claude/modules/a.md').status, 'ambiguous')
  assert.equal(framework.resolve('plans/', '.claude/modules/a.md').path, 'plans/index.md')
  await framework.dispose()
})

test('a leading slash means the repository, and what is below the home is suggested', async () => {
  const framework = await createTestFramework({
    files: {
      '.claude/system/quality/gates.md': '',
      '.claude/README.md': 'See `/system/` and [gates](/system/quality/gates.md).',
      'docs/a.md': '',
    },
  })
  const { references } = await framework.graph()
  assert.deepEqual(
    references.map(({ text, status, suggestion }) => [text, status, suggestion]),
    [
      ['/system/', 'missing', { path: '.claude/system', confidence: 0.95 }],
      ['/system/quality/gates.md', 'missing', { path: '.claude/system/quality/gates.md', confidence: 0.95 }],
    ],
  )
  await framework.dispose()
})

test('links resolve from their file alone, letter case included, and say where they would resolve', async () => {
  const framework = await createTestFramework({
    files: {
      'docs/a.md':
        '[ok](b.md) [root](/README.md) [case](B.md) [wrong](docs/b.md) [out](../../x.md) [web](https://x.example)',
      'docs/b.md': '',
      'README.md': '',
    },
  })
  const { references } = await framework.graph()
  const seen = references.map(({ text, status, to, suggestion }) => [
    text,
    status,
    to ?? suggestion?.path ?? null,
  ])
  assert.deepEqual(seen, [
    ['b.md', 'resolved', 'docs/b.md'],
    ['/README.md', 'resolved', 'README.md'],
    ['B.md', 'missing', 'docs/b.md'],
    ['docs/b.md', 'missing', 'docs/b.md'],
    ['../../x.md', 'outside', null],
    ['https://x.example', null, null],
  ])
  await framework.dispose()
})

test('a missing reference is told why the file that its author sees does not do', async () => {
  const framework = await createTestFramework({
    files: {
      'docs/a.md':
        '[root](docs/b.md) [near](../docz/b.md) [gone](gone/) [device](nul.md) [colon](<./a:b.md>)',
      'docs/b.md': '',
      '.claude/modules/c.md': 'Needs @modules/aux.guide.md.',
    },
  })
  const report = await framework.check()
  await framework.dispose()
  const diagnostics = report.diagnostics.filter(({ severity }) => severity === 'error')
  assert.deepEqual(
    diagnostics.map(({ message, hint }) => `${message} ${hint?.replace(/ Tried: .*/, '')}`),
    [
      '"@modules/aux.guide.md" names a file that does not exist. ".claude/modules/aux.guide.md" has the name of a device. Choose another name.',
      '"docs/b.md" names a file that does not exist. It is there from the root, but links start at their own file. Did you mean b.md (docs/b.md)?',
      '"../docz/b.md" names a file that does not exist. Did you mean b.md (docs/b.md)?',
      '"gone/" names a folder that does not exist. Create it, or remove the reference.',
      '"nul.md" names a file that does not exist. "docs/nul.md" has the name of a device. Choose another name.',
      '"./a:b.md" names a file that does not exist. "docs/a:b.md" has a colon, which some systems read as a drive or a stream. Rename it without the colon.',
    ],
  )
})

test('a project module wins over the built-in one of the same name', async () => {
  const files = { '.claude/modules/patterns/tdd-cycle-pattern.md': '# Ours' }
  const framework = await createTestFramework({ files, builtIn: true })
  assert.equal(framework.resolve('@modules/patterns/tdd-cycle-pattern.md').layer, 'project')
  const other = framework.resolve('@modules/patterns/intelligent-routing.md')
  assert.equal(other.layer, 'built-in')
  assert.equal(other.path, 'heddle:modules/patterns/intelligent-routing.md')
  await framework.dispose()
})

test('a reference that is nearly right gets the first did-you-mean', async () => {
  const framework = await createTestFramework({ files: { 'README.md': '' }, builtIn: true })
  const found = framework.resolve('@system/context/session-management.md')
  assert.equal(found.status, 'missing')
  assert.equal(found.suggestion?.path, '@system/session/session-management.md')
  await framework.dispose()
})

test('why lists every place that was looked at, in order', async () => {
  const framework = await createTestFramework({ files: { '.claude/modules/a.md': '', '.claude/x/b.md': '' } })
  const { tried, status } = framework.why('@modules/zzz.md')
  assert.equal(status, 'missing')
  assert.deepEqual(
    tried.map(({ rung, path, found }) => `${rung} ${path} ${found}`),
    [
      'alias .claude/modules/zzz.md false',
      'home .claude/modules/zzz.md false',
      'repository modules/zzz.md false',
      'category .claude/modules/modules/zzz.md false',
      'category .claude/x/modules/zzz.md false',
      'ending **/modules/zzz.md false',
    ],
  )
  await framework.dispose()
})

test('placeholders and artefacts are no errors, dead references are', async () => {
  const text = ['@modules/{name}.md', '@modules/path/to/x.md', '@modules/gone.md', '`docs/never.md`'].join(
    '\n\n',
  )
  const framework = await createTestFramework({ files: { '.claude/modules/a.md': text } })
  const report = await framework.check()
  assert.deepEqual(
    report.diagnostics.map(({ code, at }) => `${code} ${at?.line}:${at?.column}`),
    ['REFERENCE_MISSING 5:1'],
  )
  assert.deepEqual(report.references, {
    total: 1,
    resolved: 0,
    searched: 0,
    missing: 1,
    ambiguous: 0,
    outside: 0,
  })
  await framework.dispose()
})

test('parsing what was formatted gives the same reference', () => {
  const segment = fc.stringMatching(/^[\w][\w.-]{0,8}$/)
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'))
  const fragment = fc.option(fc.stringMatching(/^[\w-]{0,8}$/))
  fc.assert(
    fc.property(fc.constantFrom('', '@modules/', './', '../'), path, fragment, (start, end, hash) => {
      const parsed = parseReference(hash === null ? start + end : `${start}${end}#${hash}`)
      assert.ok(parsed)
      assert.deepEqual(parseReference(formatReference(parsed)), parsed)
    }),
  )
})

test('resolution never gives a path that leaves the root', async () => {
  const framework = await createTestFramework({
    files: { '.claude/modules/a.md': '', 'b.md': '', 'docs/c.md': '' },
  })
  const piece = fc.constantFrom(
    '..',
    '.',
    '',
    'a.md',
    'b.md',
    'docs',
    '%2e%2e',
    '..%2f',
    '@modules',
    '~',
    '\\..',
    '\0',
    'etc',
    '.claude',
  )
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), fc.boolean(), (pieces, absolute) => {
      const reference = (absolute ? '/' : '') + pieces.join('/')
      if (!parseReference(reference)) return
      const { path } = framework.resolve(reference, 'docs/c.md')
      assert.ok(
        path === null ||
          ['.claude/modules/a.md', 'b.md', 'docs/c.md', 'docs', '.claude', '.claude/modules', ''].includes(
            path,
          ),
        String(path),
      )
    }),
    { numRuns: 2000 },
  )
  await framework.dispose()
})
