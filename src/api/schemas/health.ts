import { Type } from 'typebox';

export const Alive = Type.Object(
  { status: Type.Literal('ok', { description: 'The process answers', examples: ['ok'] }) },
  { description: 'The process is alive' },
);

export const Ready = Type.Object(
  {
    status: Type.Enum(['ready', 'not ready'], { description: 'Whether every part is up', examples: ['ready'] }),
    parts: Type.Record(Type.String(), Type.String(), {
      description: '`up`, or what is wrong, for each part',
      examples: [{ postgresql: 'up', rabbitmq: 'up', temporal: 'up' }],
    }),
  },
  { description: 'The parts that the service stands on' },
);
