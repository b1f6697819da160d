import type { FoundProject } from './project.ts'
import type { NewFile } from './place-files.ts'

/** What can be made new. */
export const newKinds = ['module', 'command', 'gate', 'plugin'] as const
export type NewKind = (typeof newKinds)[number]

/** Where something new goes, and what it is called. */
export interface NewThing {
  readonly project: FoundProject
  readonly home: string
  /** Lower-case words joined by hyphens. */
  readonly name: string
}

/** What is made: its files, and what to do next, one line each. */
export interface Made {
  readonly files: readonly NewFile[]
  readonly next: readonly string[]
}

/** The files of a kind; the plugin has a file of its own. */
export function makeMarkdown(kind: Exclude<NewKind, 'plugin'>, thing: NewThing): Made {
  return { module: makeModule, command: makeCommand, gate: makeGate }[kind](thing)
}

/** `review-notes` as people write it: `Review notes`. */
export function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The words that run one test file of the project. */
export function testCommand(path: string): string {
  return path.endsWith('.ts') ? `node --import tsx --test ${path}` : `node --test ${path}`
}

function makeModule({ project, home, name }: NewThing): Made {
  const path = `${home}/modules/${name}.md`
  const test = `${project.tests}/${name}.module.test.mjs`
  const text = `---
title: ${titleOf(name)}
description: What this module says, in one sentence
---

# ${titleOf(name)}

## When

Say when somebody should read this.

## What

Say what to do. Refer to other modules as \`@modules/…\`.
`
  const testText = `import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { createTestFramework, expectDiagnostics } from 'heddle/testing'

const path = '${path}'
const text = await readFile(new URL('${up(test)}' + path, import.meta.url), 'utf8')

test('the module ${name} has a title, and the parts that others refer to', async () => {
  const files = { [path]: text, '${home}/commands/use.md': 'Needs @modules/${name}.md#when.\\n' }
  const framework = await createTestFramework({ files })
  const module = await framework.load('@modules/${name}.md')
  assert.equal(module.title, '${titleOf(name)}')
  expectDiagnostics(await framework.check({ paths: ['${home}/commands'] }), [])
  await framework.dispose()
})
`
  return {
    files: [
      { path, text },
      { path: test, text: testText },
    ],
    next: [testCommand(test), `refer to it: @modules/${name}.md`, 'heddle check'],
  }
}

function makeCommand({ project, home, name }: NewThing): Made {
  const path = `${home}/commands/${name}.md`
  const test = `${project.tests}/${name}.command.test.mjs`
  const text = `---
title: ${titleOf(name)}
description: What this command does, in one sentence
arguments:
  - name: word
    description: What to look for
    default: TODO
groups:
  - name: look
    operations:
      - grep: "\${word}"
        name: hits
        finding: Something is left to do here.
        hint: Do it, or say why not.
        severity: info
      - glob: "**/*.md"
        name: documents
    gates:
      - name: looked
        expect: done
---

# ${titleOf(name)}

\`\`\`
heddle run ${name}
heddle run ${name} FIXME
\`\`\`
`
  const testText = `import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { createTestFramework, expectPlan } from 'heddle/testing'

const path = '${path}'
const text = await readFile(new URL('${up(test)}' + path, import.meta.url), 'utf8')

test('${name} looks at everything at once, and tells each hit at its place', async () => {
  const files = { [path]: text, 'src/a.txt': 'one\\nTODO two\\n' }
  const framework = await createTestFramework({ files })
  expectPlan(await framework.plan('${name}'), ['${name}/look/hits', '${name}/look/documents'])
  const report = await framework.run('${name}')
  assert.equal(report.status, 'passed')
  assert.ok(report.diagnostics.some(({ at }) => at?.path === 'src/a.txt' && at.line === 2))
  await framework.dispose()
})
`
  return {
    files: [
      { path, text },
      { path: test, text: testText },
    ],
    next: [testCommand(test), `heddle run ${name} --dry-run`, `heddle run ${name}`],
  }
}

function makeGate({ project, home, name }: NewThing): Made {
  const path = `${home}/modules/gates/${name}.md`
  const test = `${project.tests}/${name}.gate.test.mjs`
  const text = `---
title: ${titleOf(name)}
description: What this gate keeps out, in one sentence
groups:
  - name: look
    operations:
      - grep: "^(<<<<<<<|>>>>>>>) "
        name: leftovers
        finding: A mark of a merge was left behind.
        hint: Settle the conflict.
        severity: error
    gates:
      - name: ${name}
        enforcement: BLOCKING
        expect: nothing
---

# ${titleOf(name)}

Whatever needs \`@modules/gates/${name}.md\` passes only where nothing of this is found.
`
  const testText = `import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { createTestFramework } from 'heddle/testing'

const path = '${path}'
const text = await readFile(new URL('${up(test)}' + path, import.meta.url), 'utf8')

async function gateOver(source) {
  const command = '---\\nneeds: ["@modules/gates/${name}.md"]\\n---\\n# All\\n'
  const files = { [path]: text, '${home}/commands/all.md': command, 'src/a.txt': source }
  const framework = await createTestFramework({ files })
  const { gates } = await framework.run('all')
  await framework.dispose()
  return gates.find((gate) => gate.name === '${name}')
}

test('the gate ${name} passes where there is nothing to find', async () => {
  assert.deepEqual(await gateOver('fine\\n'), { name: '${name}', severity: 'blocking', status: 'passed' })
})

test('the gate ${name} fails where there is something', async () => {
  assert.equal((await gateOver('<<<<<<< HEAD\\n')).status, 'failed')
})
`
  return {
    files: [
      { path, text },
      { path: test, text: testText },
    ],
    next: [testCommand(test), `let a command need it: needs: ["@modules/gates/${name}.md"]`],
  }
}

/** The way from a file up to the root, as the beginning of a relative address. */
function up(path: string): string {
  return '../'.repeat(path.split('/').length - 1)
}
