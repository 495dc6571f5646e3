/**
 * Who may reach what in the default stack, in the lines of `reach`, written by hand: all may open the chat; operations are
 * for monitoring and the operator; stores are for the backend, the only one that may use DNS.
 */
export const expectedReach: readonly string[] = [
  'backend → 169.254.20.10/32:53',
  'backend → 169.254.20.10/32:53/UDP',
  'backend → kube-dns:53/TCP',
  'backend → kube-dns:53/UDP',
  'backend → neo4j:7687 by demo-neo4j-peers:7687, demo-neo4j:7687',
  'backend → qdrant:6333 by demo-qdrant-peers:6333, demo-qdrant:6333',
  'backend → redis:6379 by demo-redis-peers:6379, demo-redis:6379',
  'monitoring → backend:8000 by demo-backend-page:8000 (node 30080), demo-backend:8000',
  'monitoring → backend:8001 by demo-backend:8001',
  'neighbour → backend:8000 by demo-backend-page:8000 (node 30080), demo-backend:8000',
  'operator → backend:8000 by demo-backend-page:8000 (node 30080), demo-backend:8000',
  'operator → backend:8001 by demo-backend:8001',
  'world → backend:8000 by demo-backend-page:8000 (node 30080), demo-backend:8000',
];
