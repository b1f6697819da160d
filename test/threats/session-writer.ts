import { createDurableStore } from '../../core/vfs/durable.ts'
import { createShelf } from '../../plugins/session/shelf.ts'

// Started by sessions.test.ts: saves sessions one after the other, and says the id of each when it is on the disk.
const [folder = '', name = '', count = '1'] = process.argv.slice(2)
if (name.startsWith('umask')) process.umask(0)

const shelf = createShelf(createDurableStore(folder))
const context = {
  command: 'session',
  arguments: {},
  modules: [],
  findings: [],
  tree: null,
  memory: [],
  notes: 'x'.repeat(2_000),
}
process.stdout.write('ready\n')
for (let round = 0; round < Number(count); round++) {
  const { id, sequence } = await shelf.save(`${name} ${round}`, context)
  process.stdout.write(`${id} ${sequence}\n`)
}
