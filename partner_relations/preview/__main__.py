"""`python -m partner_relations.preview`"""

import sys

from partner_relations.preview.cli import main

sys.exit(main())
