from pipelines import telemetry

telemetry.switch_off()  # here, since every process of a night passes here before it imports what reports
