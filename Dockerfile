# One image for both deployables: `debrief consume` and `debrief serve`.
# Every wheel is checked against the lock, those of the tests too; then only what the commands need
# is installed, from these wheels alone.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock ./
RUN pip wheel --no-cache-dir --no-deps --require-hashes -r requirements.lock -w /wheels
COPY pyproject.toml README.md LICENSE ./
COPY consumer consumer
COPY producer producer
COPY schemas schemas
COPY prompts prompts
COPY gateway gateway
RUN python -m venv /opt/debrief \
 && /opt/debrief/bin/pip install --no-cache-dir --no-index --find-links /wheels .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/debrief --create-home debrief
COPY --from=build /opt/debrief /opt/debrief
ENV PATH=/opt/debrief/bin:$PATH PYTHONUNBUFFERED=1 DEBRIEF_LOG_FORMAT=json
WORKDIR /var/lib/debrief
USER debrief
ENTRYPOINT ["debrief"]
CMD ["consume"]
