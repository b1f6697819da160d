import { type Made, type NewThing, testCommand, titleOf } from './make.ts'

/** A plugin that implements a pattern, its test, a command that runs it and, where there is none, the configuration that adds it. */
export function makePlugin({ project, home, name }: NewThing): Made {
  const { typescript, config } = project
  const ending = typescript ? 'ts' : 'mjs'
  const path = `plugins/${name}.${ending}`
  const test = `plugins/${name}.test.${ending}`
  const own = camelCase(name)
  const imported = `import { ${own} } from "./${path}"`.replaceAll('"', "'")
  const added = `import { defineConfig } from 'heddle'
${imported}

export default defineConfig({ plugins: [${own}()] })
`
  return {
    files: [
      { path, text: pluginText(name, own, typescript) },
      { path: test, text: testText(name, own, `./${name}.${ending}`) },
      { path: `${home}/commands/${name}.md`, text: commandText(name) },
      ...(config === undefined ? [{ path: `heddle.config.${ending}`, text: added }] : []),
    ],
    next: [
      testCommand(test),
      ...(config === undefined ? [] : [`add it to ${config}: ${imported} and plugins: [${own}()]`]),
      `heddle run ${name}`,
    ],
  }
}

function pluginText(name: string, own: string, typescript: boolean): string {
  const imported = typescript
    ? 'defineGroup, definePlugin, glob, type GlobOutput'
    : 'defineGroup, definePlugin, glob'
  const found = typescript ? '(output as GlobOutput).files' : 'output.files'
  return `import { ${imported} } from 'heddle'

/** Implements the pattern \`${name}\`: counts markdown and sources, both at once. */
export const ${own} = definePlugin({
  name: '${name}',
  description: 'What this plugin does, in one sentence',
  codes: {
    '${name}/nothing': {
      means: 'There are no documents.',
      example: 'A folder with sources alone.',
      repair: 'Write a README.md.',
    },
  },
  apply(hooks) {
    hooks.plan.for('${name}').tap('${name}', () => [
      defineGroup({
        name: 'look',
        operations: [
          glob({ patterns: ['**/*.md'] }, { name: 'documents' }),
          glob({ patterns: ['**/*.{ts,js,mjs,py,go,rs}'] }, { name: 'sources' }),
        ],
        synthesise(outcomes, { report }) {
          const counts = outcomes.map(({ name, output }) => ({ name, count: ${found}.length }))
          if (counts[0]?.count === 0)
            report({ code: '${name}/nothing', severity: 'warning', message: 'There are no documents.', hint: 'Write one.' })
          return { summary: counts.map(({ name, count }) => \`\${name}: \${count}\`) }
        },
        gates: [
          {
            name: 'looked',
            severity: 'blocking',
            check: (outcomes) => outcomes.every(({ status }) => status === 'done'),
          },
        ],
      }),
    ])
  },
})
`
}

function testText(name: string, own: string, from: string): string {
  return `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestFramework, expectDiagnostics, expectPlan, withoutLeaks } from 'heddle/testing'
import { ${own} } from '${from}'

const command = { '.heddle/commands/${name}.md': '---\\npattern: ${name}\\n---\\n# ${titleOf(name)}\\n' }

test('${name} counts documents and sources at once, and leaves nothing behind', () =>
  withoutLeaks(async () => {
    const files = { ...command, 'src/a.ts': 'export const a = 1\\n' }
    const framework = await createTestFramework({ files, plugins: [${own}()] })
    expectPlan(await framework.plan('${name}'), ['1 ${name}/look/documents', '1 ${name}/look/sources'], {
      levels: true,
    })
    const report = await framework.run('${name}')
    assert.equal(report.status, 'passed')
    assert.deepEqual(report.groups[0]?.synthesis, { summary: ['documents: 1', 'sources: 1'] })
    expectDiagnostics(report, [])
    await framework.dispose()
  }))
`
}

function commandText(name: string): string {
  return `---
title: ${titleOf(name)}
description: What this command does, in one sentence
pattern: ${name}
---

# ${titleOf(name)}

\`\`\`
heddle run ${name}
\`\`\`
`
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
