import { api, type RunSummary } from './api.ts'
import { useAsked } from './asked.ts'
import { Command, Fault } from './parts.tsx'
import { linkTo } from './route.ts'
import { StartRun } from './start-run.tsx'
import { useServer } from './server.ts'
import { formatMs } from './timeline-drawing.tsx'

/** Runs that are kept and those that go on, the latest first; and how to start another. */
export function Runs({
  told,
  query,
}: {
  readonly told: RunSummary | undefined
  readonly query: URLSearchParams
}) {
  const { value: runs, fault } = useAsked(() => api.runs(), [told])
  const { allowRun } = useServer()
  return (
    <>
      <h1>Runs</h1>
      {allowRun ? (
        <StartRun query={query} />
      ) : (
        <p class="soft">
          This server only looks on. Start it with <code>heddle dev --allow-run</code> to run commands from
          here.
        </p>
      )}
      {fault && <Fault fault={fault} />}
      {!runs && !fault && <p class="nothing">Loading…</p>}
      {runs?.length === 0 && <p class="nothing">No runs are known yet.</p>}
      {runs && runs.length > 0 && <RunTable runs={runs} />}
      <Command words={['runs']} />
    </>
  )
}

function RunTable({ runs }: { readonly runs: readonly RunSummary[] }) {
  const longest = Math.max(1, ...runs.map(({ wallMs }) => wallMs ?? 0))
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">run</th>
          <th scope="col">status</th>
          <th scope="col">began</th>
          <th scope="col" class="number">
            operations
          </th>
          <th scope="col">took</th>
        </tr>
      </thead>
      <tbody>
        {runs.map(({ id, command, arguments: given, status, startedAt, wallMs, operations }) => (
          <tr key={id}>
            <th scope="row">
              <a href={linkTo('run', { id })}>
                {command} {given.join(' ')}
              </a>{' '}
              <span class="soft path">{id.slice(0, 8)}</span>
            </th>
            <td>
              <span class={`outcome ${status}`}>{status}</span>
            </td>
            <td class="soft">
              <time dateTime={startedAt}>{new Date(startedAt).toLocaleString()}</time>
            </td>
            <td class="number">{operations}</td>
            <td>
              {wallMs !== null && (
                <>
                  <meter class="share" min={0} max={longest} value={wallMs} aria-hidden="true" />{' '}
                  {formatMs(wallMs)}
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
