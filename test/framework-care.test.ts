import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MetaResult, preset } from 'heddle/plugins'
import { createTestFramework } from 'heddle/testing'
import { findFalseClaims } from '../plugins/meta/claims.ts'
import { findShared } from '../plugins/meta/shared.ts'

const passage =
  'Before anything is written, look at what is there: read the tests, run them, and only then say what is wrong. '.repeat(
    2,
  )

test('a framework is looked at as a whole, and repairs are ranked: what misleads first, then what saves most', async () => {
  const framework = await createTestFramework({
    plugins: [...preset()],
    builtIn: true,
    files: {
      'CLAUDE.md': '# Framework\n\nIt has 18 commands. Load 3 modules at a time.\n\n`has 99 commands`\n',
      '.claude/commands/weave.md': `---\nkind: command\n---\n# Weave\n\nNeeds @modules/shed.md.\n\n${passage}\n`,
      '.claude/commands/dye.md': `---\nkind: command\n---\n# Dye\n\nNeeds @modules/nowhere.md.\n\n${passage}\n`,
      '.claude/modules/shed.md': '# Shed\n\nNeeds @modules/warp.md.\n',
      '.claude/modules/warp.md': '# Warp\n\nNeeds @modules/shed.md.\n',
      ".claude/modules/it's alone.md": `# Alone\n\n${'A word. '.repeat(100)}\n`,
    },
  })
  const report = await framework.run('meta')
  const result = report.groups[0]!.synthesis as MetaResult
  assert.deepEqual(
    result.repairs.map(
      ({ action, command }) => `${action.split(' ').slice(0, 3).join(' ')} | ${command.join(' ')}`,
    ),
    [
      'Mend the reference | heddle check .claude/commands/dye.md',
      'Cut the ring | heddle why --who .claude/modules/shed.md --deep',
      'Write 2 instead | heddle list commands',
      "Refer to .claude/modules/it's | heddle check --if-deleted .claude/modules/it's alone.md",
      'Keep one of | heddle why --who .claude/commands/dye.md',
    ],
  )
  assert.ok(
    result.summary.some((line) => line.endsWith(String.raw`--if-deleted '.claude/modules/it'\''s alone.md'`)),
  )
  assert.deepEqual(result.claims, [
    { path: 'CLAUDE.md', line: 3, text: 'has 18 commands', claimed: 18, actual: 2, what: 'commands' },
  ])
  assert.deepEqual(
    result.costs.map(({ command, modules }) => `${command} ${modules}`),
    ['weave 3', 'dye 1'],
  )
  assert.deepEqual(
    report.gates.flatMap(({ name, status }) => (name.includes('/') ? [] : [`${name} ${status}`])),
    ['no-ring failed', 'claims-true failed'],
  )
  const serial = await framework.run('meta', {}, { serial: true })
  assert.equal(JSON.stringify(serial.groups[0]!.synthesis), JSON.stringify(result))
  await framework.dispose()
})

test('a project without a framework is told so, and that does not read as passed', async () => {
  const framework = await createTestFramework({
    plugins: [...preset()],
    builtIn: true,
    files: { 'a.txt': '' },
  })
  const report = await framework.run('meta')
  assert.deepEqual([report.status, report.diagnostics[0]?.code], ['partial', 'meta/no-module'])
  await framework.dispose()
})

test('a number in prose is a claim only where it speaks of all there are', () => {
  const counts = new Map([
    ['commands', [17]],
    ['skills', [2, 4]],
  ])
  const claimed = (text: string): string[] =>
    findFalseClaims([{ path: 'a.md', text }], counts).map(({ claimed, actual }) => `${claimed} for ${actual}`)
  assert.deepEqual(claimed('The framework provides 18 commands.'), ['18 for 17'])
  assert.deepEqual(claimed('- **eighteen** commands'), [])
  assert.deepEqual(claimed('All eighteen commands are here'), ['18 for 17'])
  assert.deepEqual(claimed('## 18 built-in commands'), ['18 for 17'])
  assert.deepEqual(claimed('Run 3 commands, then stop; it has 17 commands and contains 4 skills'), [])
  assert.deepEqual(claimed('```\nall 18 commands\n```\nnone'), [])
  assert.deepEqual(claimed('has 9 plugins'), [])
})

test('copies are found with white space aside, and cost what all but one of them cost', () => {
  const found = findShared([
    { path: 'b.md', text: `# B\n\n${passage}` },
    { path: 'a.md', text: `# A\n\ntext\n\n${passage.replaceAll(' look', '\n  look')}` },
    { path: 'c.md', text: 'too short to be a copy\n\ntoo short to be a copy' },
  ])
  assert.deepEqual(
    found.map(({ places, tokens }) => ({ places, tokens })),
    [
      {
        places: [
          { path: 'b.md', line: 3 },
          { path: 'a.md', line: 5 },
        ],
        tokens: Math.ceil(passage.trim().length / 4),
      },
    ],
  )
})
