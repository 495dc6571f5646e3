ARG OPERATOR=mooring/operator:0.1.0
FROM ${OPERATOR}
COPY mooring.config.ts ./
