"""The parts of the application, put together: every RPC, what it delegates to, and its concerns."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from server import telemetry
from server.api.concerns.deadline import CallLimits
from server.api.concerns.drain import Drain
from server.api.concerns.record import Recorder
from server.api.documents import Compiler
from server.api.paging import Paging
from server.api.pipeline import Concerns, Pipeline
from server.api.services import UseCases, services
from server.ca.authorities import Authorities
from server.ca.places import Places
from server.ca.pool import CryptoPool
from server.clock import Clock
from server.config import Settings
from server.pki.seal import KEK
from server.ra.access.access_tokens import AccessTokens
from server.ra.access.caller import Caller
from server.ra.access.identities import Identities
from server.ra.access.last_use import LastUse
from server.ra.access.projects import Projects
from server.ra.access.role_bindings import RoleBindings
from server.ra.access.roles import PERMISSIONS
from server.ra.access.tokens import Authenticator
from server.ra.access.whoami import WhoAmI
from server.ra.audit_log import AuditLog
from server.ra.hub import Hub
from server.ra.issuing.bundles import Bundles
from server.ra.issuing.catalog import Catalog
from server.ra.issuing.certificates import Certificates
from server.ra.issuing.chains import Chains
from server.ra.issuing.issuance import Issuance, Issued
from server.ra.issuing.registration import Registration
from server.ra.issuing.statistics import Counting
from server.ra.issuing.submissions import Submissions
from server.ra.keys.claims import Claims
from server.ra.keys.custody import Custody
from server.ra.keys.destruction import Destruction
from server.ra.keys.recall import Recall
from server.ra.pages import KEY_INFO, Pages
from server.ra.renewing.renewals import Renewals
from server.ra.renewing.rounds import Rounds
from server.ra.renewing.switching import Switching
from server.ra.renewing.tally import Tally
from server.ra.renewing.worker import Worker
from server.ra.requests.approvals import Approvals
from server.ra.requests.requests import Requests
from server.ra.requests.waits import Waits
from server.ra.retention import Retention
from server.ra.retries import Retries
from server.ra.revoking.blocked import BlockedKeys
from server.ra.revoking.crl_enquiry import CRLEnquiry
from server.ra.revoking.lists import CRLs
from server.ra.revoking.publication import Publication
from server.ra.revoking.publisher import Publisher
from server.ra.revoking.revocations import Revocations
from server.ra.setup.authorities import CertificateAuthorities
from server.ra.setup.founding import Founding
from server.ra.setup.installing import Installing
from server.ra.setup.policies import Policies
from server.ra.setup.profiles import Profiles
from server.ra.setup.rotation import Rotation
from server.ra.tasks import Tasks
from server.ra.turns import Turns
from server.ra.upkeep import Upkeep
from server.ra.watching import tokens as resuming
from server.ra.watching.pace import Pacing
from server.ra.watching.trusted import Trusted
from server.ra.watching.watches import Watches
from server.store.store import Store
from server.telemetry import Metrics

_EXPIRED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Parts:
    """What the parts of the application are made from; whatever has to be closed is left to the stack."""

    settings: Settings
    store: Store
    kek: KEK
    epoch: bytes
    clock: Clock
    stack: AsyncExitStack
    blocked: BlockedKeys
    """Loaded before anything is served."""
    crls: CRLs
    """In memory once for all that hand them out."""
    pool: CryptoPool = field(default_factory=CryptoPool)
    drain: Drain = field(default_factory=Drain)
    metrics: Metrics = field(default_factory=Metrics)
    upkeep: Upkeep = field(default_factory=Upkeep)
    rounds: Rounds = field(default_factory=Rounds)

    def pipeline(self) -> Pipeline:
        """Every RPC with its concerns."""
        recorder = Recorder(self.metrics, telemetry.logger("rpc"))
        self.stack.callback(recorder.flush)
        uses = LastUse(self.store)
        self.stack.push_async_callback(uses.close)
        concerns = Concerns(
            authenticator=Authenticator(self.store, clock=self.clock, uses=uses),
            make_caller=Caller,
            drain=self.drain,
            recorder=recorder,
            limits=CallLimits(unary=self.settings.unary_timeout, write=self.settings.watch_patience),
        )
        served = services(self.use_cases(), self.drain, reflection=self.settings.reflection)
        return Pipeline(served, concerns, permissions=PERMISSIONS)

    def use_cases(self) -> UseCases:
        """What the servicers delegate to."""
        pool, tasks = self.pool, Tasks()
        retries = Retries(self.store, tasks=tasks)
        owed_for = timedelta(hours=self.settings.key_claim_hours)
        custody = Custody(self.store, self.kek, clock=self.clock, owed_for=owed_for)
        self.stack.callback(pool.close)
        self.stack.push_async_callback(tasks.drain)
        places = Places(self.settings.pki_url)
        authorities = Authorities(self.kek, pool, places)
        compiler = Compiler()
        catalog = Catalog(self.store, authorities, compiler)
        registration = self._registration(catalog, compiler, custody=custody, tasks=tasks)
        chains = Chains(self.store, catalog)
        certificates = Certificates(self.store, chains, clock=self.clock)
        hub, turns = Hub(self.store.feed), Turns()
        requests = Requests(self.store, certificates, turns=turns, tasks=tasks, clock=self.clock)
        waits = Waits(self.store, hub, most=self.settings.watches_per_identity, clock=self.clock)
        self.drain.on_start(waits.end)
        recall = Recall(self.store, chains, pool, clock=self.clock)
        claims = Claims(
            self.store, recall, compiler, custody=custody, retries=retries, tasks=tasks, clock=self.clock
        )
        submissions = Submissions(self.store, registration, waits, claims=claims, retries=retries)
        renewals = Renewals(self.store, registration, submissions, compiler)
        self._keep_up(requests, custody)
        self._renew(renewals, compiler)
        self._publish(Publication(self.store, authorities, pool, clock=self.clock))
        return UseCases(
            paging=Paging(Pages(self.kek.derive(KEY_INFO))),
            founding=Founding(self.store, authorities, retries=retries, tasks=tasks, clock=self.clock),
            installing=Installing(self.store, authorities, retries=retries, clock=self.clock),
            rotation=Rotation(self.store, authorities, retries=retries, tasks=tasks, clock=self.clock),
            authorities=CertificateAuthorities(self.store, catalog, clock=self.clock),
            crls=CRLEnquiry(self.store, self.crls),
            projects=Projects(self.store, retries=retries, clock=self.clock),
            whoami=WhoAmI(self.store),
            identities=Identities(self.store, retries=retries, clock=self.clock),
            tokens=AccessTokens(self.store, retries=retries, custody=custody, clock=self.clock),
            bindings=RoleBindings(self.store, retries=retries, clock=self.clock),
            audit_log=AuditLog(self.store),
            policies=Policies(self.store, catalog, retries=retries, clock=self.clock),
            profiles=Profiles(self.store, catalog, retries=retries, clock=self.clock),
            registration=registration,
            submissions=submissions,
            renewals=renewals,
            switching=Switching(self.store, catalog, certificates, clock=self.clock),
            certificates=certificates,
            bundles=Bundles(self.store),
            counting=Counting(self.store, clock=self.clock),
            revocations=Revocations(
                self.store, custody=custody, retries=retries, observe=self._count_revoked
            ),
            requests=requests,
            approvals=Approvals(self.store, registration, turns=turns, tasks=tasks, clock=self.clock),
            claims=claims,
            watches=self._watches(hub, requests, certificates),
        )

    def _registration(
        self, catalog: Catalog, documents: Compiler, *, custody: Custody, tasks: Tasks
    ) -> Registration:
        """The one way to a certificate."""
        issuance = Issuance(
            self.store,
            self.pool,
            custody=custody,
            blocked=self.blocked,
            clock=self.clock,
            observe=self._count,
        )
        return Registration(
            self.store, catalog, documents, issuance, blocked=self.blocked, tasks=tasks, clock=self.clock
        )

    def _watches(self, hub: Hub, requests: Requests, certificates: Certificates) -> Watches:
        """The live streams; they end when draining starts."""
        settings, key = self.settings, self.kek.derive(resuming.KEY_INFO)
        watches = Watches(
            self.store,
            hub,
            resuming.ResumeTokens(key, self.store, epoch=self.epoch),
            requests=requests,
            certificates=certificates,
            trusted=Trusted(self.store, self.crls, clock=self.clock),
            pacing=Pacing(heartbeat=settings.watch_heartbeat, age=settings.watch_age),
            most=settings.watches_per_identity,
            clock=self.clock,
        )
        self.drain.on_start(watches.open.end)
        self.metrics.sample("watches", lambda: {"open": len(watches.open)})
        return watches

    def _keep_up(self, requests: Requests, custody: Custody) -> None:
        """Have the chores done, from now on until the application ends."""
        upkeep, settings = self.upkeep, self.settings
        destruction = Destruction(self.store, custody, clock=self.clock)
        retention = Retention(
            self.store,
            clock=self.clock,
            attempts_kept=timedelta(hours=settings.retry_hours),
            changes_kept=timedelta(days=settings.history_days),
        )
        upkeep.take_on("requests_expired", partial(requests.expire_due, _EXPIRED_AT_ONCE))
        upkeep.take_on("secrets_destroyed", destruction.destroy_due)
        upkeep.take_on("files_scrubbed", destruction.scrub)
        upkeep.take_on("attempts_forgotten", retention.forget_attempts)
        upkeep.take_on("changes_forgotten", retention.forget_changes)
        self.metrics.sample("upkeep", upkeep.counts)
        upkeep.start(every=timedelta(seconds=settings.upkeep_interval))
        self.stack.push_async_callback(upkeep.close)

    def _renew(self, renewals: Renewals, documents: Compiler) -> None:
        """Have certificates renewed that are due, from now on until the application ends."""
        tally, rounds = Tally(), self.rounds
        worker = Worker(self.store, renewals, documents, tally=tally, clock=self.clock)
        self.metrics.sample("renewals", tally.numbers)
        rounds.take_on(worker, self.store.feed)
        rounds.start(every=timedelta(seconds=self.settings.upkeep_interval))
        self.stack.push_async_callback(rounds.close)

    def _publish(self, publication: Publication) -> None:
        """Have CRLs published, from now on until the application ends."""
        publisher = Publisher(self.store, publication, clock=self.clock)
        self.metrics.sample("crls", publisher.counts)
        publisher.start()
        self.stack.push_async_callback(publisher.close)

    def _count(self, issued: Issued) -> None:
        self.metrics.certificates_issued.labels(issued.certificate.key_algorithm).inc()

    def _count_revoked(self, reason: str) -> None:
        self.metrics.certificates_revoked.labels(reason).inc()
