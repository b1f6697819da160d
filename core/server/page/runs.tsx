import { useEffect, useState } from 'preact/hooks'
import { api, type RunSummary } from './api.ts'
import { Command } from './parts.tsx'

/** Runs that the server knows, the latest first. */
export function Runs({ told }: { readonly told: number }) {
  const [runs, setRuns] = useState<readonly RunSummary[]>([])
  useEffect(() => void api.runs().then(setRuns, () => setRuns([])), [told])
  return (
    <>
      {runs.length === 0 && <p>No runs are known.</p>}
      <table>
        <thead>
          <tr>
            <th scope="col">run</th>
            <th scope="col">command</th>
            <th scope="col">status</th>
            <th scope="col">began</th>
            <th scope="col">took</th>
          </tr>
        </thead>
        <tbody>
          {runs.map(({ id, command, status, startedAt, wallMs }) => (
            <tr key={id}>
              <th scope="row">
                <a href={`/api/runs/${id}`}>{id}</a>
              </th>
              <td>{command}</td>
              <td>{status}</td>
              <td>{startedAt}</td>
              <td class="number">{wallMs === null ? '' : `${Math.round(wallMs)} ms`}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Command words={['runs']} />
    </>
  )
}
