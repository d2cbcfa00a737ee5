"""The desk's store: who works whom, what came of it and what comes next. SQL only; every act is one transaction."""
