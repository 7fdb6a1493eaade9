"""How the tables came to be, one file a step; run when a record is opened (see ``bot.record.migrating``)."""
