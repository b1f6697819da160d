import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createFramework } from 'heddle'
import { type Editor } from 'heddle/server'
import { openShowing, type Showing, skip } from './shown-page.ts'

let showing: Showing

before(async () => {
  if (!skip) showing = await openShowing()
})

after(async () => {
  if (!skip) await showing.end()
})

/** A project whose command waits for a file `go`, fails once, prints much, and has a gate. */
const project = {
  '.claude/commands/weave.md':
    '---\npattern: weave\ndescription: Weaves\narguments:\n  - name: colour\n    description: Which\n    required: true\n---\n# Weave\n',
  'heddle.config.mjs': `const weave = { name: 'weave', apply(hooks) { hooks.plan.for('weave').tap('weave', ({ arguments: given }) => [
    { name: 'warp', operations: [
      { kind: 'bash', name: 'hold', input: { command: 'until [ -e go ]; do sleep 0.02; done; echo "<b>held</b>"' } },
      { kind: 'bash', name: 'much', input: { command: 'head -c 9000000 /dev/zero | tr "\\\\0" x; echo END' }, claims: { writes: [] } },
      { kind: 'glob', name: 'look', input: { patterns: ['*.txt'] } } ] },
    { name: 'weft', needs: ['warp'], operations: [{ kind: 'read', name: 'gone', input: { path: 'none.txt' } }],
      gates: [{ name: 'woven', severity: 'blocking', check: (outcomes) => outcomes.every(({ status }) => status === 'done') }] },
    ]) } }
  export default { plugins: [{ plugin: weave, options: {} }] }\n`,
  'a.txt': 'a\n',
}

test(
  'a run is started from the page, followed on its lanes, looked into, and another is cancelled',
  { skip },
  async () => {
    const { page, go, put, remove, complaints, end } = await showing.show(project, {
      listen: () => ({ allowRun: true }),
    })
    await go('runs')
    await page.getByLabel('Command').selectOption('weave')
    await page.getByRole('textbox', { name: 'colour' }).fill("deep 'red'; rm -rf /")
    await page.getByRole('button', { name: 'Run…' }).click()
    assert.equal(
      await page.locator('.confirm pre').textContent(),
      String.raw`heddle run weave 'deep '\''red'\''; rm -rf /'`,
      'what is confirmed can be pasted into a shell',
    )
    await page.getByRole('button', { name: 'Not now' }).click()
    assert.match(page.url(), /#\/runs/)
    await page.getByRole('button', { name: 'Run…' }).click()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.waitForURL(/#\/run\/[0-9a-f]{32}$/)
    const id = page.url().slice(-32)
    await page.locator('.bar.running[data-operation="weave/warp/hold"]').waitFor()
    await page.locator('.outcome.running').first().waitFor()
    await put('go', '')
    await page.locator('.head .outcome.failed').waitFor()
    assert.deepEqual(await page.locator('.timeline .lane').allTextContents(), ['io', 'process'])
    await page.locator('.bar.failed[data-operation="weave/weft/gone"]').waitFor()
    assert.ok((await page.locator('.bar.critical').count()) >= 1)
    await page.locator('.rows li', { hasText: 'woven' }).filter({ hasText: 'failed' }).waitFor()

    await page.locator('[data-operation="weave/warp/hold"]').click()
    await page.waitForURL(/operation=weave%2Fwarp%2Fhold/)
    await page.locator('.operation dd', { hasText: '<b>held</b>' }).waitFor()
    await go(`run/${id}?operation=weave/warp/much`)
    for (let piece = 0; piece < 3; piece++) {
      await page.getByRole('button', { name: /^Show (?:all|more)/ }).click()
      await page.locator('.pieces pre').nth(piece).waitFor()
    }
    await page.locator('.pieces pre', { hasText: 'END' }).waitFor()
    const lengths = await page
      .locator('.pieces pre')
      .evaluateAll((pieces) => pieces.map((one) => one.textContent?.length ?? 0))
    assert.equal(
      lengths.reduce((sum, one) => sum + one, 0),
      9_000_004,
      'all of it is here',
    )
    await go(`run/${id}?operation=weave/weft/gone`)
    await page.locator('.operation .fault', { hasText: 'NOT_FOUND' }).waitFor()

    await remove('go')
    await go('runs?command=weave&arguments=blue')
    await page.getByRole('button', { name: 'Run…' }).click()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.locator('.bar.running[data-operation="weave/warp/hold"]').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.locator('.head .outcome.cancelled').waitFor()
    await go('runs')
    await page.locator('tbody tr').nth(1).waitFor()
    assert.deepEqual(await page.locator('tbody .outcome').allTextContents(), ['cancelled', 'failed'])
    assert.deepEqual(complaints, [])
    await end()
  },
)

test(
  'a run of another process is drawn from what is kept of it; without --allow-run nothing can be started',
  { skip },
  async () => {
    const { page, folder, go, put, complaints, end } = await showing.show(project)
    await put('go', '')
    const framework = await createFramework({ root: folder })
    const { id } = await framework.run('weave', { colour: 'red' })
    await framework.dispose()
    await go('runs')
    await page.getByText('This server only looks on').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Run…' }).count(), 0)
    await page.getByRole('link', { name: /weave/ }).click()
    await page.waitForURL(new RegExp(id))
    await page.locator('.bar[data-operation="weave/warp/hold"]').waitFor()
    await page.locator('.bar.failed[data-operation="weave/weft/gone"]').waitFor()
    assert.equal(await page.getByText('Run again…').count(), 0)
    assert.deepEqual(complaints, [])
    await end()
  },
)

test(
  'a plugin that cannot be loaded is told over the page with its line, and goes when it is mended',
  { skip },
  async () => {
    const config = (plugin: string): string =>
      `import { kinds } from './plugin.mjs'\n\nexport default { plugins: [{ plugin: kinds, options: {} }] }\n// ${plugin}\n`
    const good = `export const kinds = { name: 'kinds', apply() {} }\n`
    const bad = `// warp\n// weft\nexport const kinds = { name: 'kinds', apply() { throw new Error('no <loom>') } }\n`
    const { page, put, complaints, end } = await showing.show({
      '.claude/modules/a.md': '# A\n',
      'plugin.mjs': good,
      'heddle.config.mjs': config('one'),
    })
    await put('plugin.mjs', bad)
    const overlay = page.locator('dialog.overlay[open]')
    await overlay.getByText('no <loom>').first().waitFor()
    await overlay.locator('.frame .line.marked').waitFor()
    assert.match((await overlay.locator('.frame .line.marked').textContent())!, /^3 │ export const kinds/)
    await overlay.getByText('plugin.mjs:3:').waitFor()
    await page.keyboard.press('Escape')
    await overlay.waitFor({ state: 'detached' })
    await page.locator('.faults', { hasText: 'no <loom>' }).waitFor()
    await put('plugin.mjs', 'export const kinds = {\n  name: "kinds",\n')
    await overlay.locator('.frame .line.marked').waitFor()
    await put('plugin.mjs', good)
    await overlay.waitFor({ state: 'detached' })
    await page.locator('.faults').waitFor({ state: 'detached' })
    assert.deepEqual(complaints, [])
    await end()
  },
)

test('a place is opened in the editor that the server was started with', { skip }, async () => {
  const opened: string[] = []
  const editor: Editor = {
    name: 'loom-edit',
    open: async ({ path, line, column }) => void opened.push(`${path}:${line}:${column}`),
  }
  const { page, go, complaints, end } = await showing.show(
    { '.claude/modules/a.md': '# A\n\nNeeds @modules/gone.md.\n' },
    { listen: () => ({ editor }) },
  )
  await go('overview')
  await page.getByRole('button', { name: 'Lines of .claude/modules/a.md:3' }).click()
  assert.match((await page.locator('.frame').textContent())!, /3 │ Needs @modules\/gone\.md\.\n {2}│ {7}\^/)
  const answered = page.waitForResponse(/\/api\/open$/)
  await page.getByRole('button', { name: 'Open .claude/modules/a.md:3 in loom-edit' }).click()
  await answered
  await go('module/.claude/modules/a.md')
  await page.getByRole('button', { name: 'Open .claude/modules/a.md:1 in loom-edit' }).click()
  await page.locator('.fault').waitFor({ state: 'detached' })
  assert.equal(opened[0], '.claude/modules/a.md:3:7')
  assert.deepEqual(complaints, [])
  await end()
})

test(
  'everything is reached by keys, has a name, and keeps to light, dark, narrow and still',
  { skip },
  async () => {
    const modules = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [
        `.claude/modules/m${index}.md`,
        `# Module ${index}\n\n@modules/m${(index + 1) % 12}.md\n`,
      ]),
    )
    const { page, go, complaints, end } = await showing.show(modules, {
      context: { colorScheme: 'dark', reducedMotion: 'reduce', viewport: { width: 390, height: 800 } },
    })
    const scheme = async (): Promise<string> =>
      page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
    assert.equal(await scheme(), 'rgb(19, 20, 24)')
    await page.emulateMedia({ colorScheme: 'light' })
    assert.equal(await scheme(), 'rgb(255, 255, 255)')
    for (const view of [
      'overview',
      'graph',
      'modules',
      'module/.claude/modules/m1.md',
      'inspector',
      'runs',
    ]) {
      await go(view)
      await page.locator('main h1').waitFor()
      const tooWide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      assert.ok(tooWide <= 0, `${view} is ${tooWide} too wide for a telephone`)
      const nameless = await page.locator('button, input, select, a[href], [role=img]').evaluateAll((found) =>
        found
          .filter((one) => {
            const { labels } = one as { labels?: { readonly length: number } }
            return !one.textContent?.trim() && !one.getAttribute('aria-label') && !labels?.length
          })
          .map(({ outerHTML }) => outerHTML),
      )
      assert.deepEqual(nameless, [], view)
      const ids = await page.locator('[id]').evaluateAll((found) => found.map(({ id }) => id))
      assert.equal(new Set(ids).size, ids.length, `${view} uses an id twice`)
    }
    assert.equal(await page.evaluate<number>('document.getAnimations().length'), 0)

    await page.keyboard.press('Control+k')
    await page.keyboard.type('m7')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Module 7' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('m')
    await page.waitForURL(/#\/modules/)
    await page.getByText('12 of 12 modules').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('m3')
    await page.getByText('1 of 12 modules').waitFor()
    await page.locator('main').focus()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Module 3' }).waitFor()
    await page.locator('main').focus()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('g')
    await page.keyboard.press('g')
    await page.waitForURL(/#\/graph/)
    await page.locator('svg a.node').first().focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/graph\/\.claude/)
    await page.goBack()
    await page.waitForURL(/#\/graph$/)
    assert.deepEqual(complaints, [])
    await end()
  },
)
