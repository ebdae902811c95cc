-- emaildb: lends email_audit
-- Statistics, so that the planner starts from facts.
--
-- Cost: SHARE UPDATE EXCLUSIVE on one table at a time; reads a sample of at most 30,000 rows of each.

SET LOCAL ROLE email_owner;
ANALYZE public.email_accounts, public.email_folders, public.email_messages, public.email_attachments,
    public.email_message_search, public.email_message_tombstones;

SET LOCAL ROLE email_audit;
ANALYZE public.email_audit_log;
